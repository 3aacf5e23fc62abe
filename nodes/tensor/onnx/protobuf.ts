/** The part of Protocol Buffers' wire format that a writer needs. https://protobuf.dev/programming-guides/encoding */

const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;
const fixed32 = 5;

/** A message under construction. Fields may come in any order; repeated ones are written once for each element. */
export class Message {
  private readonly chunks: Uint8Array[] = [];
  private size = 0;

  /** A signed integer; a negative one takes ten bytes, as the format has it. */
  int(field: number, value: number | bigint): this {
    return this.push(encodeVarint(tag(field, varint)), encodeVarint(BigInt.asUintN(64, BigInt(value))));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.push(encodeVarint(tag(field, fixed32)), bytes);
  }

  double(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return this.push(encodeVarint(tag(field, fixed64)), bytes);
  }

  string(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.push(encodeVarint(tag(field, lengthDelimited)), encodeVarint(BigInt(value.length)), value);
  }

  message(field: number, value: Message): this {
    this.push(encodeVarint(tag(field, lengthDelimited)), encodeVarint(BigInt(value.size)));
    // Not spread into arguments: the graph of a deep model has more chunks than the stack has room for.
    for (const chunk of value.chunks) this.push(chunk);
    return this;
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.size);
    let offset = 0;
    for (const chunk of this.chunks) {
      out.set(chunk, offset);
      offset += chunk.length;
    }
    return out;
  }

  private push(...chunks: readonly Uint8Array[]): this {
    for (const chunk of chunks) {
      this.chunks.push(chunk);
      this.size += chunk.length;
    }
    return this;
  }
}

function tag(field: number, wireType: number): bigint {
  return BigInt(field * 8 + wireType);
}

/** Seven bits a byte, least significant first; the top bit says that more follow. */
function encodeVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
