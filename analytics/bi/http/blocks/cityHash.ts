/** 64 bits each. */
export type Hash128 = readonly [low: bigint, high: bigint];

const k0 = 0xc3a5c85c97cb3127n;
const k1 = 0xb492b66fbe98f273n;
const k2 = 0x9ae16a3b2f90404fn;
const k3 = 0xc949d7c7509e6557n;
const MULTIPLIER = 0x9ddfea08eb382d69n;

/**
 * CityHash128 of 1.0.2, which is not that of later versions: ClickHouse has it over each of its compressed blocks. Every result is cut to 64 bits at
 * once, so that the engine computes with machine words.
 */
export function cityHash128(bytes: Uint8Array): Hash128 {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length;
  if (length >= 16) return seeded(view, 16, length - 16, word(view, 0) ^ k3, word(view, 8));
  if (length >= 8) {
    return seeded(view, 0, 0, word(view, 0) ^ cut(BigInt(length) * k0), word(view, length - 8) ^ k1);
  }
  return seeded(view, 0, length, k0, k1);
}

function seeded(view: DataView, start: number, size: number, low: bigint, high: bigint): Hash128 {
  return size < 128 ? murmur(view, start, size, low, high) : long(view, start, size, low, high);
}

function murmur(view: DataView, start: number, size: number, low: bigint, high: bigint): Hash128 {
  let [a, b, c, d] = [low, high, 0n, 0n];
  if (size <= 16) {
    a = cut(mixed(cut(a * k1)) * k1);
    c = cut(cut(b * k1) + short(view, start, size));
    d = mixed(cut(a + (size >= 8 ? word(view, start) : c)));
  } else {
    const end = start + size;
    c = both(cut(word(view, end - 8) + k1), a);
    d = both(cut(b + BigInt(size)), cut(c + word(view, end - 16)));
    a = cut(a + d);
    for (let at = start, rest = size - 16; rest > 0; at += 16, rest -= 16) {
      a = cut((a ^ cut(mixed(cut(word(view, at) * k1)) * k1)) * k1);
      b ^= a;
      c = cut((c ^ cut(mixed(cut(word(view, at + 8) * k1)) * k1)) * k1);
      d ^= c;
    }
  }
  a = both(a, c);
  b = both(d, b);
  return [a ^ b, both(b, a)];
}

function long(view: DataView, start: number, size: number, low: bigint, high: bigint): Hash128 {
  let [x, y, z] = [low, high, cut(BigInt(size) * k1)];
  let at = start;
  let v0 = cut(cut(turned(y ^ k1, 49n) * k1) + word(view, at));
  let v1 = cut(cut(turned(v0, 42n) * k1) + word(view, at + 8));
  let w0 = cut(cut(turned(cut(y + z), 35n) * k1) + x);
  let w1 = cut(turned(cut(x + word(view, at + 88)), 53n) * k1);
  let rest = size;
  for (; rest >= 128; rest -= 128) {
    for (let half = 0; half < 2; half++, at += 64) {
      x = cut(turned(cut(x + y + v0 + word(view, at + 16)), 37n) * k1) ^ w1;
      y = cut(turned(cut(y + v1 + word(view, at + 48)), 42n) * k1) ^ v0;
      z = turned(z ^ w0, 33n);
      [v0, v1] = weak(view, at, cut(v1 * k1), cut(x + w0));
      [w0, w1] = weak(view, at + 32, cut(z + w1), y);
      [z, x] = [x, z];
    }
  }
  y = cut(y + cut(turned(w0, 37n) * k0) + z);
  x = cut(x + cut(turned(cut(v0 + z), 49n) * k0));
  for (let done = 32; done < rest + 32; done += 32) {
    y = cut(cut(turned(cut(y - x), 42n) * k0) + v1);
    w0 = cut(w0 + word(view, at + rest - done + 16));
    x = cut(cut(turned(x, 49n) * k0) + w0);
    w0 = cut(w0 + v0);
    [v0, v1] = weak(view, at + rest - done, v0, v1);
  }
  x = both(x, v0);
  y = both(y, w0);
  return [cut(both(cut(x + v1), w1) + y), both(cut(x + w1), cut(y + v1))];
}

function short(view: DataView, start: number, size: number): bigint {
  if (size > 8) {
    const a = word(view, start);
    const b = word(view, start + size - 8);
    return both(a, turned(cut(b + BigInt(size)), BigInt(size))) ^ b;
  }
  if (size >= 4) {
    const a = BigInt(view.getUint32(start, true));
    return both(cut(BigInt(size) + (a << 3n)), BigInt(view.getUint32(start + size - 4, true)));
  }
  if (size === 0) return k2;
  const y = BigInt(view.getUint8(start) + (view.getUint8(start + (size >> 1)) << 8));
  const z = BigInt(size + (view.getUint8(start + size - 1) << 2));
  return cut(mixed(cut(y * k2) ^ cut(z * k3)) * k2);
}

function weak(view: DataView, at: number, first: bigint, second: bigint): Hash128 {
  const end = word(view, at + 24);
  const a = cut(first + word(view, at));
  const c = cut(a + word(view, at + 8) + word(view, at + 16));
  const b = turned(cut(second + a + end), 21n) + turned(c, 44n);
  return [cut(c + end), cut(b + a)];
}

function both(u: bigint, v: bigint): bigint {
  const a = mixed(cut((u ^ v) * MULTIPLIER));
  return cut(mixed(cut((v ^ a) * MULTIPLIER)) * MULTIPLIER);
}

function mixed(value: bigint): bigint {
  return value ^ (value >> 47n);
}

function turned(value: bigint, by: bigint): bigint {
  return (value >> by) | cut(value << (64n - by));
}

function word(view: DataView, at: number): bigint {
  return view.getBigUint64(at, true);
}

function cut(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
