"""Makers of training data: real documents in, needs with their relevant and irrelevant documents out."""
