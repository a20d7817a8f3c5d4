/**
 * Black or white, whichever is easier to read on a colour: by WCAG's relative luminance, so that a company may choose any.
 * @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
 */
export function readableOn(color: string): '#000000' | '#ffffff' {
  const channels = [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = channels.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000';
}
