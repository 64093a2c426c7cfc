/** What recipes, films and the engine refuse, and how it fails. */
export const engine = {
  "native.broken": "{name} cannot be loaded ({reason}). Run npm install again, on this machine.",
  "native.broken-why": "{name} cannot be loaded ({reason}).",
  "channels.none":
    'No channel is named. Write channels as number:weight, for instance channels:"4 21:-0.5", or with their ' +
    'layer: "activation_30/4:1 activation_27/21:-0.5".',
  "channels.invalid": ({ part }: { part: string }) =>
    `"${part}" is not a channel. Write channels as number:weight, for instance channels:"4 21:-0.5", or with ` +
    `their layer: "activation_30/4:1 activation_27/21:-0.5".`,
  "channels.no-layer": ({ part }: { part: string }) =>
    `"${part}" needs its layer. Write channels as number:weight, for instance channels:"4 21:-0.5", or with ` +
    `their layer: "activation_30/4:1 activation_27/21:-0.5".`,
  "channels.range": "{layer} of {network} has channels 0 to {last}; there is no {channel}.",
  "stylize.no-photo": "There is no photo to paint. Attach one, or answer a message that has one.",
  "stylize.no-style-image": "The style {style} has no picture.",
  "stylize.no-weight": "Every style has weight 0. Give at least one of them some weight.",
  "dream.channels-or-guide": "A dream follows channels or a guide, not both. Leave one of them out.",
  "blend.sweep-short": "A sweep has at least 2 pictures.",
  "blend.sweep-two": "A sweep goes between two styles. Name exactly two.",
  "grid.no-channels": 'No channel is named. Write them as channels:"4 7 21".',
  "grid.too-many": "That would be {tiles} channels; a grid takes {most}. Take fewer layers or channels.",
  "texture.no-source": "There is no picture to take a texture from. Attach one, or name a style.",
  "layers.invalid": ({ part }: { part: string }) =>
    `"${part}" is not a layer with a weight. Write layers as name:weight, for instance ` +
    `layers:"activation_36:1.5 activation_30:1.2".`,
  "layers.none":
    'No layer is named. Write layers as name:weight, for instance layers:"activation_36:1.5 activation_30:1.2".',
  "neuron.too-large": "From {start} px, {octaves} octaves end at {last} px; the most is {most}. Take fewer.",
  "zoom.no-neuron": "A film needs at least one neuron.",
  "zoom.no-channels": 'No neuron is named. Write them one after the other, as channels:"4 21 25".',
  "engine.no-result": "The engine gave no result.",
  "film.ffmpeg-failed": "ffmpeg could not write the film. Take webp or gif instead.",
  "image.damaged": "That picture is damaged: it could not be read to its end. Save it again and try once more.",
  "film.no-frame": "A film needs at least one frame.",
  "film.too-large": "The film takes at least {size}, more than {most}. Take fewer frames, or allow more.",
  "film.no-ffmpeg": "MP4 needs ffmpeg on the PATH. Install it, or take webp or gif.",
  "film.too-many-frames":
    "At {width} x {height}, a WebP or GIF holds {most} frames. Take fewer or smaller ones, or mp4.",
  "engine.recipe-unknown": 'There is no recipe "{recipe}"; there are {known}.',
  "engine.no-picture": "The recipe made no picture.",
  "engine.option": ({ option, problem }: { option: string; problem: string }) =>
    `${option ? `"${option}" ` : ""}cannot be used: ${problem}.`,
  "engine.memory": "The picture is too large for this machine's memory. Try a smaller size.",
  "engine.failed": "The engine failed on this picture. The log says more.",
  "cases.tensor-unreadable": 'The case file names "{file}", which cannot be read beside it.',
  "cases.tensor-size": '"{file}" holds {bytes} bytes; a float32 tensor of shape [{shape}] takes {expected}.',
  "cases.channel": "{test}: {layer} has channels 0 to {last}, not {channel}.",
  "cases.network": "{test}: {problem}",
  "cases.unreadable": '"{file}" cannot be read. Give the path of a cases.json.',
  "cases.not-json": '"{file}" is not JSON.',
  "cases.invalid": '"{file}" is not a file of cases: {where}: {problem}.',
  "engine.closing": "The engine is shutting down.",
  "engine.crashed": "The engine crashed while it worked on this picture.",
  "device.missing.onnx-cuda": "onnxruntime's CUDA provider is not installed.",
  "device.missing.onnx-webgpu": "There is no Vulkan driver.",
  "device.missing.tfjs-node-gpu": "The native part of @tensorflow/tfjs-node-gpu is not installed.",
  "device.mend.onnx-cuda": "Install NVIDIA's driver, CUDA 12 and cuDNN 9, then run: npm run install:cuda",
  "device.mend.onnx-webgpu":
    "Install the graphics card's driver with Vulkan (Debian: mesa-vulkan-drivers, or NVIDIA's own) and libvulkan1.",
  "device.mend.tfjs-node-gpu": "Install NVIDIA's driver, CUDA 11 and cuDNN 8, then run: npm run install:tfjs-gpu",
  "device.mend.cpu": "Run npm install again; Dreamloom needs Node 20.19 or later.",
  "device.mend.driver": "Update its driver.",
  "device.wrong": "Its gradient is not the CPU's: they differ by {difference}.",
  "device.slow": "It did not finish within {seconds} s.",
  "device.untried": "It could not be tried: {reason}.",
  "device.crashed": "Trying it crashed ({how}).",
  "device.not-loaded": "It does not load: {reason}.",
  "device.silent": "it failed without a word",
  "device.unusable": ({ device, why, mend }: { device: string; why: string; mend: string }) =>
    `${device} cannot be used here. ${why} ${mend}`.trim(),
  "layers.weight": 'The weight of "{part}" must be from 0.001 to 1000, or below 0 from -1000 to -0.001.',
  "layers.twice": "The layer {layer} is given twice; once is enough.",
  "layers.too-many": "These are {count} layers; the most is {most}.",
} as const;
