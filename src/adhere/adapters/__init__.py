"""Adhere inside the tools that people already use. Nothing here is imported until you ask for it by name.

The engine as a retriever: `langchain`, `llama_index`, `haystack`; as a model under test: `mteb`.
Obedience around a search in somebody else's store: `qdrant`, `pgvector`, `elasticsearch`.
"""
