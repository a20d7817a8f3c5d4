/** A page of a made-up shop that has the web chat on it, for people who want to see it before they put it on theirs. */
export function demoPage({ siteKey, baseUrl }: { readonly siteKey: string; readonly baseUrl: string }): string {
  const attribute = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Acme Outdoor — tents, packs and good advice</title>
<style>
  :root { font-family: system-ui, sans-serif; color: #1d2721; background: #f6f4ee; line-height: 1.5; }
  body { margin: 0; }
  header { padding: 20px 5vw; display: flex; gap: 28px; align-items: baseline; border-bottom: 1px solid #ddd8ca; }
  header b { font-size: 20px; letter-spacing: .02em; margin-right: auto; }
  header a { color: inherit; }
  .hero { padding: 9vh 5vw; background: linear-gradient(120deg, #23513c, #4f8a66); color: #fff; }
  h1 { font-size: clamp(30px, 5vw, 52px); line-height: 1.1; margin: 0 0 12px; max-width: 16ch; }
  .hero p { max-width: 46ch; font-size: 18px; margin: 0; }
  main { padding: 40px 5vw 120px; display: grid; gap: 24px; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); }
  article { background: #fff; border-radius: 14px; padding: 22px; border: 1px solid #e6e1d4; }
  article h2 { font-size: 18px; margin: 0 0 6px; }
  article p { margin: 0; color: #4b564f; }
</style>
</head>
<body>
<header><b>Acme Outdoor</b><a href="#tents">Tents</a><a href="#packs">Packs</a></header>
<section class="hero"><h1>Sleep where the road ends.</h1>
<p>A made-up shop with Switchboard's web chat on it. Write to it, and answer in the inbox.</p></section>
<main>
<article id="tents"><h2>Ridge 2</h2><p>A tent for two, 1.4 kg, and dry in any weather that we have met.</p></article>
<article id="packs"><h2>Haul 45</h2><p>45 litres, a back that breathes, and no strap too many.</p></article>
<article><h2>Returns</h2><p>Thirty days, used or not. Ask us in the chat.</p></article>
</main>
<script src="${attribute(baseUrl)}/chat/widget.js" data-site-key="${attribute(siteKey)}" async></script>
</body>
</html>
`;
}
