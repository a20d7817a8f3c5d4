import { crc32, deflateSync } from 'node:zlib';

type Color = readonly [number, number, number];

const WIDTH = 480;
const HEIGHT = 360;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const skies: readonly Color[] = [
  [124, 176, 214],
  [232, 170, 120],
  [88, 96, 150],
];
const tents: readonly Color[] = [
  [196, 72, 48],
  [60, 120, 84],
  [226, 186, 64],
];
const grass: Color = [74, 112, 62];

/** What customers photograph: tents, as PNG. */
export function demoPictures(): { readonly name: string; readonly mimeType: string; readonly bytes: Uint8Array }[] {
  return skies.flatMap((sky, one) =>
    tents.map((tent, two) => ({ name: `tent-${one}${two}.png`, mimeType: 'image/png', bytes: picture(sky, tent) })),
  );
}

function picture(sky: Color, tent: Color): Buffer {
  const rows = Array.from({ length: HEIGHT }, (_, y) => {
    const pixels = Array.from({ length: WIDTH }, (_pixel, x) => colorAt(x, y, sky, tent));
    // Each row begins with its filter: none.
    return Buffer.from([0, ...pixels.flat()]);
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(WIDTH, 0);
  head.writeUInt32BE(HEIGHT, 4);
  // Eight bits of each of red, green and blue.
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function colorAt(x: number, y: number, sky: Color, tent: Color): Color {
  const fromMiddle = Math.abs(x - WIDTH / 2);
  const isTent = y > 110 && y < 290 && fromMiddle < (y - 110) * 0.9;
  const isDoor = isTent && fromMiddle < (y - 170) * 0.3;
  if (isDoor) return [tent[0] >> 1, tent[1] >> 1, tent[2] >> 1];
  if (isTent) return tent;
  if (y > 260) return grass;
  const light = Math.round((y / HEIGHT) * 60);
  return [Math.min(255, sky[0] + light), Math.min(255, sky[1] + light), Math.min(255, sky[2] + light)];
}

/** https://www.w3.org/TR/png-3/#5Chunk-layout */
function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, checksum]);
}
