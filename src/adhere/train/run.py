"""What every training run here does alike: pad rows, warm up and cool down, save, and go on."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from adhere.errors import FileError, InputError

Module = TypeVar("Module", bound=nn.Module)
Made = TypeVar("Made")


def add_recipe(parser: argparse.ArgumentParser, recipe: type[Any]) -> None:
    """An option for every field of a recipe, with its default."""
    for name, value in asdict(recipe()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)


def recipe_of(options: argparse.Namespace, recipe: type[Made]) -> Made:
    """The recipe that the options of `add_recipe` ask for."""
    return recipe(**{name: getattr(options, name) for name in asdict(recipe())})  # type: ignore[call-overload]


def collate(rows: Sequence[tuple[Sequence[int], Sequence[int]]]) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, attention mask and segments, padded with zeros.

    Shapes  B pairs of L ids and L types -> (B, L) each
    """
    padded = torch.zeros(3, len(rows), max(len(ids) for ids, _ in rows), dtype=torch.long)
    for index, (ids, types) in enumerate(rows):
        padded[0, index, : len(ids)] = torch.tensor(ids)
        padded[1, index, : len(ids)] = 1
        padded[2, index, : len(ids)] = torch.tensor(types)
    return padded[0], padded[1], padded[2]


def optimizer(
    model: nn.Module,
    *,
    rate: float,
    layer_decay: float,
    head_rate: float = 0.0,
    new: Callable[[str], bool] = lambda name: not name.startswith("encoder."),
) -> torch.optim.AdamW:
    """AdamW whose rate falls from the top layer of `model.encoder` to the bottom; what is `new` learns at
    `head_rate`."""
    layers = model.encoder.config.num_hidden_layers
    groups = []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        depth = int(name.split("layer.")[1].split(".")[0]) + 1 if "layer." in name else 0
        groups.append(
            {
                "params": [parameter],
                "lr": head_rate if new(name) else rate * layer_decay ** (layers - depth),
                "weight_decay": 0.01 if parameter.ndim > 1 else 0.0,
            }
        )
    return torch.optim.AdamW(groups)


def schedule(adam: torch.optim.AdamW, steps: int, warmup: float) -> torch.optim.lr_scheduler.LambdaLR:
    """The rate rises over a share `warmup` of the steps and falls to nothing over the rest."""
    warm = max(1, int(warmup * steps))
    left = max(1, steps - warm)
    return torch.optim.lr_scheduler.LambdaLR(
        adam, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / left))
    )


def descend(model: nn.Module, adam: torch.optim.AdamW, rates: Any, value: Tensor) -> float:
    """One step down the loss; its value."""
    value.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    adam.step()
    rates.step()
    adam.zero_grad()
    return value.item()


def hashes(files: Iterable[Path | str]) -> list[str]:
    """What a run learns from, file by file: name and start of the hash, and N where a string is FILE=N.

    Errors  FileError for a file that is not there
    """
    found = []
    for file in files:
        path, _, number = (str(file), "", "") if isinstance(file, Path) else file.partition("=")
        if not Path(path).is_file():
            raise FileError(f"There is no file {path} to learn from. Name one that is there.")
        content = hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]
        found.append(f"{Path(path).name}{'=' if number else ''}{number} ({content})")
    return found


def save(path: Path, parts: Sequence[Any], recipe: Any, data: Sequence[str], **more: Any) -> None:
    """A checkpoint: the states of the parts and of torch's chance, the recipe, the `hashes` of the data, and
    what else changes."""
    state = {"parts": [part.state_dict() for part in parts], "torch": torch.get_rng_state()}
    torch.save(state | more | {"recipe": asdict(recipe), "data": list(data)}, path)


def load(path: Path, parts: Sequence[Any], recipe: Any, data: Sequence[str]) -> Mapping[str, Any]:
    """Put the parts back to a checkpoint; the rest of what it holds.

    Errors  InputError if it was made by another recipe or from other data, or does not say from which
    """
    state: Mapping[str, Any] = torch.load(path, weights_only=True)
    if state["recipe"] != asdict(recipe):
        raise InputError(
            f"{path} was made with {state['recipe']}, asked for is {asdict(recipe)}. "
            "Resume with the same recipe, or train into another folder."
        )
    if "data" not in state:
        raise InputError(f"{path} does not say what data it was made from. Train into another folder.")
    if state["data"] != list(data):
        raise InputError(
            f"{path} was made from {', '.join(state['data']) or 'no data'}, asked for is "
            f"{', '.join(data) or 'no data'}. Resume with the same data, or train into another folder."
        )
    for part, saved in zip(parts, state["parts"], strict=True):
        part.load_state_dict(saved)
    torch.set_rng_state(state["torch"])
    return state


def averaged(models: Sequence[Module]) -> Module:
    """The first model, with the mean weights of all of them; what none learned stays to the last bit.

    Source  Wortsman et al. 2022, Model soups (arXiv 2203.05482), and WiSE-FT (arXiv 2109.01903)
    """
    states = [model.state_dict() for model in models]
    mean = {}
    for name, first in states[0].items():
        same = all(torch.equal(first, state[name]) for state in states[1:])
        mean[name] = first if same else torch.stack([state[name] for state in states]).mean(dim=0)
    models[0].load_state_dict(mean)
    return models[0]
