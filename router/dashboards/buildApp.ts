import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

interface Text {
  readonly text: string;
  /** Changes with the text. */
  readonly etag: string;
}

export interface BuiltApp {
  readonly script: Text;
  readonly styles: Text;
}

const entry = fileURLToPath(new URL('./app/main.ts', import.meta.url));

/** The page's program with the charts that it draws, for browsers of the last years; less than a second. */
export async function buildApp(): Promise<BuiltApp> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    outdir: '/',
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
  });
  const textOf = (extension: string): Text => {
    const text = outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? '';
    return { text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
  };
  return { script: textOf('.js'), styles: textOf('.css') };
}
