/**
 * Event files that TensorBoard reads: a TFRecord file of `tensorflow.Event` messages.
 * https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
 */
import { Message } from '../tensor/onnx/protobuf.js';
import { maskedCrc32c } from './crc32c.js';

/** Fields of `Event` and of what is in it. */
const event = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
const summary = { value: 1 } as const;
const value = { tag: 1, simpleValue: 2 } as const;

/** Seconds since 1970. */
type Seconds = number;

/** The first record of every file. */
export function versionRecord(wallTime: Seconds): Buffer {
  return record(new Message().double(event.wallTime, wallTime).string(event.fileVersion, 'brain.Event:2'));
}

/** Numbers at a step, each under its tag. */
export function scalarsRecord(wallTime: Seconds, step: number, scalars: Readonly<Record<string, number>>): Buffer {
  const values = new Message();
  for (const [tag, number] of Object.entries(scalars)) {
    values.message(summary.value, new Message().string(value.tag, tag).float(value.simpleValue, number));
  }
  return record(new Message().double(event.wallTime, wallTime).int(event.step, step).message(event.summary, values));
}

/** Length, checksum of the length, data, checksum of the data. */
function record(message: Message): Buffer {
  const data = message.finish();
  const bytes = Buffer.alloc(16 + data.length);
  bytes.writeBigUInt64LE(BigInt(data.length), 0);
  bytes.writeUInt32LE(maskedCrc32c(bytes.subarray(0, 8)), 8);
  bytes.set(data, 12);
  bytes.writeUInt32LE(maskedCrc32c(data), 12 + data.length);
  return bytes;
}
