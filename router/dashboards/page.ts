/** What the page needs and nothing else: no other host. Charts set the style of their own elements. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#4655d8"/><path d="M4 12V8m4 4V4m4 8V6" stroke="#fff" stroke-width="2" stroke-linecap="round"/></svg>',
)}`;

/** The page around the program, which makes everything that is seen. */
export function dashboardsPage(demoToken: string | undefined): string {
  const demo = demoToken === undefined ? '' : `\n<meta name="demo-token" content="${inAttribute(demoToken)}">`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">${demo}
<title>Dashboards · Switchboard</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="/dashboards/app.css">
</head>
<body>
<noscript>The dashboards need JavaScript.</noscript>
<script type="module" src="/dashboards/app.js"></script>
</body>
</html>
`;
}

function inAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
