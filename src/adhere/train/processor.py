"""What this processor is good at."""

from __future__ import annotations

import torch

BFLOAT16 = bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
"""Whether it computes in bfloat16 itself. That saves a quarter of a training step and costs nothing
measurable; emulated, a step takes fourteen times as long."""
