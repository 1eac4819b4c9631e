"""Training: batches, losses, optimizers from their formulae, and one loop with history, clipping and checkpoints."""

from llmai_edu.training.batches import ShuffledBatches, StreamBatches
from llmai_edu.training.checkpoint import load_state, random_states, save_state, set_random_states
from llmai_edu.training.clipping import clip_gradients, gradient_norm
from llmai_edu.training.elbo_loss import VAELoss
from llmai_edu.training.history import Evaluation, History
from llmai_edu.training.losses import NextTokenLoss, classification_loss
from llmai_edu.training.optimizers import SGD, Adam, AdamW, Momentum, Optimizer, set_learning_rate
from llmai_edu.training.stopping import EarlyStopping
from llmai_edu.training.trainer import Trainer, TrainingDiverged, cosine

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "EarlyStopping",
    "Evaluation",
    "History",
    "Momentum",
    "NextTokenLoss",
    "Optimizer",
    "ShuffledBatches",
    "StreamBatches",
    "Trainer",
    "TrainingDiverged",
    "VAELoss",
    "classification_loss",
    "clip_gradients",
    "cosine",
    "gradient_norm",
    "load_state",
    "random_states",
    "save_state",
    "set_learning_rate",
    "set_random_states",
]
