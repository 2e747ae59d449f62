"""VICReg in PyTorch over several processes: the loss of one, and its gradients."""

import subprocess
import sys

import pytest

torch = pytest.importorskip("torch")
from lvicreg.torch import VICRegLoss  # noqa: E402
from tests.views import close, differentiated, views  # noqa: E402

PROCESSES, BATCH = 4, 3
PROCESS = """
import sys
from pathlib import Path
import torch
from lvicreg.torch import VICRegLoss

rank, processes, batch, folder = *map(int, sys.argv[1:4]), Path(sys.argv[4])
torch.set_num_threads(1)
store = f"file://{folder}/store"
torch.distributed.init_process_group("gloo", init_method=store, rank=rank, world_size=processes)
part = slice(rank * batch, (rank + 1) * batch)
z = [view[part].transpose(0, -1).contiguous().transpose(0, -1).requires_grad_() for view in torch.load(folder / "views.pt")]
assert not z[0].is_contiguous()
loss = VICRegLoss(gather_distributed=True)(*z)
equal = torch.autograd.grad(loss, z, retain_graph=True)
weighted = torch.autograd.grad(loss, z, torch.tensor(1.0 + rank, dtype=loss.dtype))
gathered = VICRegLoss(gather_distributed=True)
odd = rank == 1  # the one whose activities are not like the others'
refused = []
for attempt in (
    lambda: gathered(*(view[: batch - odd] for view in z)),
    lambda: gathered(*(view[: batch - (batch - 1) * odd] for view in z)),
    lambda: gathered(*(view.float() if odd else view for view in z)),
    lambda: gathered(*(view[..., None] if odd else view for view in z)),
    lambda: gathered(*(view.tolist() if odd else view for view in z)),
    lambda: torch.autograd.grad(torch.autograd.grad(gathered(*z), z, create_graph=True)[0].sum(), z),
):
    try:
        attempt()
    except (ValueError, RuntimeError) as problem:
        refused.append(f"{type(problem).__name__}: {problem}")
torch.save((loss.detach(), equal, weighted, refused), folder / f"{rank}.pt")
torch.distributed.destroy_process_group()
"""


@pytest.mark.parametrize("shape", [(5,), (40,), (2, 5)], ids=str)  # more samples than units, fewer, and with places
def test_four_processes_give_the_loss_of_one(shape, tmp_path):
    """Variance and covariance of all samples; gradients add up over processes, as with lightly's own gathering."""
    z = views(PROCESSES * BATCH, *shape)
    torch.save([view.detach() for view in z], tmp_path / "views.pt")
    called = [sys.executable, "-c", PROCESS]
    running = [
        subprocess.Popen([*called, str(rank), str(PROCESSES), str(BATCH), str(tmp_path)], stderr=subprocess.PIPE, text=True)
        for rank in range(PROCESSES)
    ]
    problems = [process.communicate(timeout=120)[1] for process in running]
    assert [process.returncode for process in running] == [0] * PROCESSES, "".join(problems)
    found = [torch.load(tmp_path / f"{rank}.pt") for rank in range(PROCESSES)]
    whole = differentiated(VICRegLoss(), *z)
    torch.testing.assert_close(sum(loss for loss, *_ in found) / PROCESSES, whole[0], rtol=1e-12, atol=0)
    shared = differentiated(VICRegLoss(lambda_param=0.0), *z)[1:]
    own = differentiated(VICRegLoss(mu_param=0.0, nu_param=0.0), *z)[1:]
    refused = [refusals for *_, refusals in found]
    assert refused == [refused[0]] * PROCESSES  # in all processes, so that none waits for another
    for said, of_the_odd_one in zip(
        refused[0],
        (
            "(2, ",
            "at least 2 samples, and at least 1 unit; got (1, ",
            "torch.float32",
            ", 1) torch.float64",
            "tensors; got list",
        ),
        strict=False,
    ):
        assert said.startswith(
            "ValueError: all processes must have minibatches of one shape and dtype, and one loss: process 0: (3, "
        )
        assert of_the_odd_one in said.split("process 1: ")[1].split("; process 2")[0]
    assert len(refused[0]) == 6
    assert "no second derivatives where its activities are gathered" in refused[0][-1]
    for rank, (_, equal, weighted, _) in enumerate(found):
        part = slice(rank * BATCH, (rank + 1) * BATCH)
        # the mean over processes, which DistributedDataParallel takes, is the gradient of one process with all samples
        close([gradient / PROCESSES for gradient in equal], [gradient[part] for gradient in whole[1:]])
        slopes = sum(1.0 + other for other in range(PROCESSES))
        expected = [slopes * s[part] + (1 + rank) * PROCESSES * o[part] for s, o in zip(shared, own, strict=True)]
        close(weighted, expected)
