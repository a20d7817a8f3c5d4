import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { buildWidgetScript } from './widgetScript.ts';

const LIMIT_BYTES = 20 * 1024;

describe('the widget’s script', () => {
  it('is one small file, the same each time', async () => {
    const [first, second] = await Promise.all([buildWidgetScript(), buildWidgetScript()]);
    expect(gzipSync(first.text).length).toBeLessThan(LIMIT_BYTES);
    expect(second).toEqual(first);
  });
});
