"""The data card of Home Assistant's words; its numbers are measured on the pinned file, tests assert them."""

from .card import Artifact, Dataset

HOME_STRINGS = Dataset(
    name="home-strings",
    title="Home Assistant's words in English, French and Chinese",
    artifact=Artifact(
        project="homeassistant",
        version="2026.2.3",
        filename="homeassistant-2026.2.3-py3-none-any.whl",
        sha256="8167820cac4b8defe895fd2c36ac23402a445d1fe6028e8cde24caabb935282c",
        size=51_240_053,
        members=(
            "homeassistant/components/*/translations/en.json",
            "homeassistant/components/*/translations/fr.json",
            "homeassistant/components/*/translations/zh-Hans.json",
            "homeassistant-2026.2.3.dist-info/licenses/LICENSE.md",
        ),
        unpacked=11_409_486,
    ),
    core=False,
    what=(
        "What the home automation program Home Assistant and its integrations (lamps, heaters, web services) show on "
        "the screen: labels, errors, help. Volunteers translated it; French and Chinese are taken here."
    ),
    how_much=(
        "11,162 different pairs into French of 10,796 English strings, 5.4 words on average; 25,283 into Chinese of "
        "24,516 English strings, 5.7 words on average; 186 words at most."
    ),
    licence="Apache-2.0",
    source="https://github.com/home-assistant/core, folders homeassistant/components/*/translations",
    attribution="Home Assistant contributors (`homeassistant` 2026.2.3).",
    known_faults=(
        "French is translated less than half as far as Chinese. Strings that are the same in both languages (names, or "
        "never translated) are left out: 1,299 places in French, 819 in Chinese.",
        "One English string stands in several places and may be translated differently: the loader keeps each "
        "different pair once, so that 310 English strings have two French translations or more.",
        "Many strings are near copies: 'Set up {name}', and the same sentence for another device. A split by the "
        "English string alone leaves such relatives on both sides.",
        "Placeholders such as {name} are kept in every translation: the project's own checks see to it.",
        "Volunteers wrote them one by one: 'vous' and 'tu', 'appareil' and 'dispositif' stand side by side.",
        "A model that reads the web has very likely seen these strings.",
    ),
)
