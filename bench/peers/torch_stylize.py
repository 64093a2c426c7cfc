"""A whole style transfer in PyTorch: VGG19 with random weights, Gram matrices at conv1_1 to conv5_1, content at conv4_2,
average pooling, Adam on the pixels; from the photo in the host's memory to the painting there.

Usage: torch_stylize.py '[[WIDTH, HEIGHT, STEPS], ...]'    prints one JSON line: seconds by precision, median of three
"""
import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F

octaves = json.loads(sys.argv[1])
device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(0)
torch.backends.cudnn.benchmark = True
blocks = [(3, 64, 2), (64, 128, 2), (128, 256, 4), (256, 512, 4), (512, 512, 1)]
weights = [
    [
        torch.randn(o, ci if i == 0 else o, 3, 3, device=device) * (2 / (9 * (ci if i == 0 else o))) ** 0.5
        for i in range(n)
    ]
    for ci, o, n in blocks
]


def features(x, w):
    style, content = [], None
    for b, kernels in enumerate(w):
        for i, kernel in enumerate(kernels):
            x = F.relu(F.conv2d(x, kernel, padding=1))
            if i == 0:
                style.append(x)
            if (b, i) == (3, 1):
                content = x
        if b < len(w) - 1:
            x = F.avg_pool2d(x, 2)
    return style, content


def gram(f):
    f = f.flatten(2)[0]
    return f @ f.t() / f.shape[1]


def paint(photo, style, w, dtype):
    canvas = None
    for width, height, steps in octaves:
        fit = lambda x: F.interpolate(x, (height, width), mode="bilinear", antialias=True)
        with torch.no_grad():
            grams = [gram(f) for f in features(fit(style).to(dtype), w)[0]]
            content = features(fit(photo).to(dtype), w)[1]
        canvas = fit(photo if canvas is None else canvas.detach()).requires_grad_(True)
        adam = torch.optim.Adam([canvas], lr=0.02)
        for _ in range(steps):
            adam.zero_grad()
            s, c = features(canvas.to(dtype), w)
            loss = sum(((gram(f) - t) ** 2).mean() for f, t in zip(s, grams)) + ((c - content) ** 2).mean()
            loss.backward()
            adam.step()
            with torch.no_grad():
                canvas.clamp_(0, 1)
    return canvas.detach().cpu()


def seconds(dtype, tf32):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    w = [[kernel.to(dtype) for kernel in kernels] for kernels in weights]
    width, height, _ = octaves[-1]
    times = []
    for _ in range(4 if device == "cuda" else 1):
        photo, style = torch.rand(1, 3, height, width), torch.rand(1, 3, height, width)
        start = time.perf_counter()
        paint(photo.to(device), style.to(device), w, dtype)
        times.append(time.perf_counter() - start)
    return round(statistics.median(times[1:] or times), 3)


kinds = {"fp32": (torch.float32, False)}
if device == "cuda":
    kinds |= {"tf32": (torch.float32, True), "bf16": (torch.bfloat16, True)}
name = torch.cuda.get_device_name() if device == "cuda" else "cpu"
result = {kind: seconds(*how) for kind, how in kinds.items()}
print(json.dumps({"peer": f"torch {torch.__version__}", "device": name, "seconds": result}))
