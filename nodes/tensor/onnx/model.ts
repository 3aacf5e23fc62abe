/** A graph as an ONNX file. Field numbers are those of onnx.proto (https://github.com/onnx/onnx, IR version 10). */
import type { Attribute, ConstantData, Dtype, Graph, GraphNode, Value } from '../graph.js';
import { Message } from './protobuf.js';
import { unreadableOutput } from './run-into.js';

const irVersion = 10;
const opset = 21;
const microsoftOpset = 1;

const elementTypes = { float32: 1, int32: 6, int64: 7, bool: 9 } as const satisfies Record<Dtype, number>;

/** The bytes of a ModelProto. One that is run by `runInto` has an output more. */
export function serialiseModel(name: string, graph: Graph, runInto = false): Uint8Array {
  return new Message()
    .int(1, irVersion)
    .string(2, 'lapidary')
    .message(7, graphMessage(name, graph, runInto))
    .message(8, new Message().string(1, '').int(2, opset))
    .message(8, new Message().string(1, 'com.microsoft').int(2, microsoftOpset))
    .finish();
}

function graphMessage(name: string, graph: Graph, runInto: boolean): Message {
  const message = new Message().string(2, name);
  if (runInto) {
    message.message(1, new Message().string(2, unreadableOutput).string(4, 'SequenceEmpty'));
    message.message(12, sequenceMessage(unreadableOutput));
  }
  graph.nodes.forEach((node, index) => {
    message.message(1, nodeMessage(node, nodeName(node, index)));
  });
  for (const [initializer, data] of graph.initializers) {
    message.message(5, tensorMessage(initializer, graph.values.get(initializer)!, data));
  }
  for (const input of graph.inputs) message.message(11, valueMessage(input, graph.values.get(input)!));
  for (const output of graph.outputs) message.message(12, valueMessage(output, graph.values.get(output)!));
  return message;
}

/** What ONNX Runtime calls a node in errors and profiles: its place in the list is the last number. */
export function nodeName(node: GraphNode, index: number): string {
  return `${node.module ? `${node.module}/` : ''}${node.op}_${index}`;
}

function nodeMessage(node: GraphNode, name: string): Message {
  const message = new Message();
  for (const input of node.inputs) message.string(1, input);
  for (const output of node.outputs) message.string(2, output);
  message.string(3, name).string(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes))
    message.message(5, attributeMessage(name, attribute));
  return node.domain ? message.string(7, node.domain) : message;
}

function attributeMessage(name: string, attribute: Attribute): Message {
  const message = new Message().string(1, name);
  switch (attribute.type) {
    case 'float':
      return message.float(2, attribute.value).int(20, 1);
    case 'int':
      return message.int(3, attribute.value).int(20, 2);
    case 'string':
      return message.string(4, attribute.value).int(20, 3);
    case 'ints':
      for (const value of attribute.value) message.int(8, value);
      return message.int(20, 7);
  }
}

function tensorMessage(name: string, { dtype, shape }: Value, data: ConstantData): Message {
  const message = new Message();
  for (const length of shape) message.int(1, length);
  // The raw form is little-endian, as is every machine that Node.js and ONNX Runtime both run on.
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message.int(2, elementTypes[dtype]).string(8, name).bytes(9, raw);
}

function valueMessage(name: string, { dtype, shape }: Value): Message {
  const dimensions = new Message();
  for (const length of shape) dimensions.message(1, new Message().int(1, length));
  const tensor = new Message().int(1, elementTypes[dtype]).message(2, dimensions);
  return new Message().string(1, name).message(2, new Message().message(1, tensor));
}

/** A sequence of float32 tensors. */
function sequenceMessage(name: string): Message {
  const element = new Message().message(1, new Message().int(1, elementTypes.float32));
  return new Message().string(1, name).message(2, new Message().message(4, new Message().message(1, element)));
}
