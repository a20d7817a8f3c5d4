import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppendLog } from './log.ts';

const HEADER_BYTES = 8;

describe('the append-only log', () => {
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'log-'));
    path = join(directory, 'test.log');
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  const open = async () => {
    const records: string[] = [];
    const cut: number[] = [];
    const log = await AppendLog.open(
      path,
      (record) => records.push(record.toString()),
      (bytes) => cut.push(bytes),
    );
    return { log, records, cut };
  };

  const readBack = async () => {
    const { log, records, cut } = await open();
    await log.close();
    return { records, cut };
  };

  it('gives back what was appended, in the order of the calls', async () => {
    const { log } = await open();
    const texts = Array.from({ length: 300 }, (_, index) => `record ${index} ${'x'.repeat(index * 20)}`);
    await Promise.all(texts.map(async (text) => log.append(Buffer.from(text))));
    await log.close();
    expect(await readBack()).toEqual({ records: texts, cut: [] });
  });

  it('gives back a record larger than what it reads at a time', async () => {
    const { log } = await open();
    const large = 'y'.repeat(3 << 20);
    await log.append(Buffer.from(large));
    await log.append(Buffer.from('small'));
    await log.close();
    const { records } = await readBack();
    expect(records.map(({ length }) => length)).toEqual([large.length, 5]);
  });

  it('gives back every whole record, and goes on after them, wherever the file was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' }), { minLength: 1, maxLength: 8 }),
        fc.nat(400),
        async (texts, cutAt) => {
          await rm(path, { force: true });
          const { log } = await open();
          await Promise.all(texts.map(async (text) => log.append(Buffer.from(text))));
          await log.close();
          const size = texts.reduce((total, text) => total + HEADER_BYTES + text.length, 0);
          expect(log.size).toBe(size);
          const left = cutAt % (size + 1);
          await truncate(path, left);

          let [end, whole] = [0, 0];
          while (whole < texts.length && end + HEADER_BYTES + (texts[whole]?.length ?? 0) <= left) {
            end += HEADER_BYTES + (texts[whole]?.length ?? 0);
            whole++;
          }
          const again = await open();
          expect(again.records).toEqual(texts.slice(0, whole));
          expect(again.cut).toEqual(left === end ? [] : [left - end]);
          await again.log.append(Buffer.from('after'));
          await again.log.close();
          expect((await readBack()).records).toEqual([...texts.slice(0, whole), 'after']);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('stops before a record whose bytes have changed, and before a stretch of zeros', async () => {
    const { log } = await open();
    for (const text of ['one', 'two', 'three']) await log.append(Buffer.from(text));
    await log.close();
    const bytes = await readFile(path);
    await writeFile(path, bytes.with(HEADER_BYTES * 2 + 3, 0));
    expect((await readBack()).records).toEqual(['one']);
    await writeFile(path, Buffer.concat([await readFile(path), Buffer.alloc(64)]));
    expect(await readBack()).toEqual({ records: ['one'], cut: [64] });
  });

  it('is replaced as a whole, with what was appended meanwhile at its end', async () => {
    const { log } = await open();
    await log.append(Buffer.from('old'));
    const rewritten = log.rewrite(['new 1', 'new 2'].map((text) => Buffer.from(text)));
    const appended = log.append(Buffer.from('meanwhile'));
    await Promise.all([rewritten, appended]);
    await log.append(Buffer.from('later'));
    await log.close();
    expect((await readBack()).records).toEqual(['new 1', 'new 2', 'meanwhile', 'later']);
  });

  it('keeps the old file when the new one cannot be finished', async () => {
    const { log } = await open();
    await log.append(Buffer.from('old'));
    const failing = function* () {
      yield Buffer.from('new');
      throw new Error('no more');
    };
    await expect(log.rewrite(failing())).rejects.toThrow('no more');
    await log.append(Buffer.from('later'));
    await log.close();
    expect((await readBack()).records).toEqual(['old', 'later']);
  });

  it('takes nothing more after a failed write', async () => {
    const { log } = await open();
    await log.close();
    await expect(log.append(Buffer.from('late'))).rejects.toThrow('closed');
    await expect(log.append(Buffer.from('later'))).rejects.toThrow('An earlier write failed');
  });
});
