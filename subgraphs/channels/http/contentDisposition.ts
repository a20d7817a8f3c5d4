/** What a browser may show within its own window. SVG is a document that can hold scripts, so it is saved. */
const shown = /^(image\/(?!svg)|audio\/|video\/|application\/pdf$)/;

/** Whether a file is shown or saved, and under which name: in RFC 5987's form, with plain letters for old clients. */
export function contentDisposition(mimeType: string, name: string | null): string {
  const how = shown.test(mimeType) ? 'inline' : 'attachment';
  if (name === null) return how;
  const plain = name.replaceAll(/[^ -~]/g, '_').replaceAll(/["\\%]/g, '_');
  return `${how}; filename="${plain}"; filename*=UTF-8''${extended(name)}`;
}

/** Of what encodeURIComponent leaves as it is, RFC 5987 takes all but these. */
function extended(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
