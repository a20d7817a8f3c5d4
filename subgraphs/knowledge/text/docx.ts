import mammoth from 'mammoth';
import { assertUnpackable } from './zip.ts';
import { TextError } from './errors.ts';

/**
 * A Word document as HTML: headings, lists and tables stay, pictures go.
 *
 * @throws TextError
 */
export async function docxHtml(bytes: Uint8Array): Promise<string> {
  await assertUnpackable(bytes, 'DOCX');
  try {
    const convertImage = mammoth.images.imgElement(async () => ({ src: '' }));
    const { value } = await mammoth.convertToHtml({ buffer: Buffer.from(bytes) }, { convertImage });
    return value;
  } catch (error) {
    throw TextError.unreadable('DOCX', error instanceof Error ? error.message : String(error), error);
  }
}
