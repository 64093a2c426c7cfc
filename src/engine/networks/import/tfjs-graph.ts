/**
 * Reads a tfjs graph-model: a frozen TensorFlow graph, in which pictures are [N, H, W, C].
 *
 * Its nodes are written down as ONNX nodes on [N, C, H, W], which have a reader. Operations:
 * https://www.tensorflow.org/api_docs/python/tf/raw_ops
 */
import { z } from "zod";
import { NetworkError } from "../network.js";
import type { LayerGraph } from "./layer-graph.js";
import { onnxLayers } from "./onnx.js";
import { NodeDef, TfNode } from "./tf-node.js";
import { OPERATIONS } from "./tf-operations.js";
import { Translation } from "./tf-translation.js";
import type { TfjsWeights } from "./tfjs-weights.js";

const Graph = z.object({ node: z.array(NodeDef) });

/** The nodes, each after what it takes in. */
function inOrder(nodes: readonly TfNode[]): TfNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const ordered = new Set<TfNode>();
  for (const node of nodes) {
    const open: [TfNode, number][] = [[node, 0]];
    const above = new Set<TfNode>();
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const [current, next] = top;
      const from = current.inputs[next];
      top[1]++;
      above.add(current);
      if (ordered.has(current) || from === undefined) {
        ordered.add(current);
        above.delete(current);
        open.pop();
        continue;
      }
      const below = byName.get(from.replace(/:\d+$/, ""));
      if (below && above.has(below)) throw new NetworkError("corrupt", "layer.circle", { layer: below.name });
      if (below) open.push([below, 0]);
    }
  }
  return [...ordered];
}

/** The path that all layers with a kernel share; it says where the network was exported, not what it is. */
function sharedPath(nodes: readonly TfNode[]): readonly string[] {
  const [first = [], ...others] = nodes.filter(({ op }) => /Conv2[dD]/.test(op)).map(({ name }) => name.split("/"));
  const until = first.findIndex((part, i) => i === first.length - 1 || others.some((other) => other[i] !== part));
  return first.slice(0, Math.max(until, 0));
}

/** Layers by their own names and kinds: without the path that all share, and without the parts of one. */
function asInFile({ layers, bytes }: LayerGraph, nodes: readonly TfNode[]): LayerGraph {
  const kinds = new Map(nodes.map(({ name, op }) => [name, op]));
  const shared = sharedPath(nodes);
  const taken = new Set(kinds.keys());
  const short = (name: string): string => {
    const parts = name.split("/");
    const own = parts.findIndex((part, i) => i === parts.length - 1 || part !== shared[i]);
    const cut = parts.slice(own).join("/");
    return taken.has(cut) ? name : cut;
  };
  return {
    bytes,
    layers: layers.map((layer) => ({
      ...layer,
      name: short(layer.name),
      inputs: layer.inputs.map(short),
      kind: kinds.get(layer.name.replace(/:\d+$/, "")) ?? layer.kind,
      hidden: layer.hidden === true || !kinds.has(layer.name.replace(/:\d+$/, "")),
    })),
  };
}

/**
 * @param topology a GraphDef
 * @param path of model.json, for what is said
 * @throws NetworkError "corrupt" or "unsupported"
 */
export function tfjsGraph(topology: unknown, weights: TfjsWeights, path: string): LayerGraph {
  const graph = Graph.safeParse(topology);
  if (!graph.success) throw new NetworkError("corrupt", "model.not-layers", { path });
  const nodes = inOrder(graph.data.node.map((node) => new TfNode(node)));
  const translation = new Translation(weights);
  const pictures = nodes
    .filter(({ op }) => op === "Placeholder")
    .map(({ name, shape }) => {
      const [n = 0, h = 0, w = 0, c = 0] = shape?.length === 4 ? shape : [];
      return {
        name,
        type: { tensorType: { shape: { dim: [n, c, h, w].map((d) => ({ dimValue: Math.max(d, 0) })) } } },
      };
    });
  for (const node of nodes) {
    const translate = Object.hasOwn(OPERATIONS, node.op) ? OPERATIONS[node.op] : undefined;
    if (node.op === "Placeholder" || node.op === "Const" || node.op === "NoOp") continue;
    // The reader says of a domain that it does not know that this operation cannot be used.
    if (translate) translate(node, translation);
    else translation.nodes.push({ opType: node.op, domain: "tf", input: [...node.inputs], output: [node.name] });
  }
  return asInFile(onnxLayers({ node: translation.nodes, input: pictures }, translation.constants, path), nodes);
}
