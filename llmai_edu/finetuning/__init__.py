"""Fine-tuning: from a base model to one that does a task."""
