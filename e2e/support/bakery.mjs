/**
 * A small shop on the web for browser sessions: pages to read, and one with a field and a button
 * at fixed places, which tells the site what is done on it. Read next: site.mjs.
 */

const page = (title, body) => ({
  html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>
body{font:20px sans-serif;margin:40px;background:#fff8ee;color:#222}a{display:inline-block;padding:10px}
</style></head><body><h1>${title}</h1>${body}</body></html>`,
});

/** Where the field and the button of the order are, in the middle, in CSS pixels of the page. */
export const FIELD = { x: 300, y: 230 };
export const BUTTON = { x: 200, y: 350 };

const ORDER = `<style>
#name{position:absolute;left:100px;top:200px;width:400px;height:60px;font-size:24px}
#send{position:absolute;left:100px;top:320px;width:200px;height:60px;font-size:24px}
#thanks{position:absolute;left:100px;top:420px}
#end{position:absolute;top:1800px}
</style>
<input id="name" aria-label="Name"><button id="send">Order</button><p id="thanks"></p><p id="end">The end</p>
<script>
const tell = (what) => fetch('/said/' + encodeURIComponent(what));
const field = document.getElementById('name');
field.addEventListener('input', () => tell('typed ' + field.value));
document.addEventListener('keydown', ({ key }) => { if (key.length > 1) tell('key ' + key); });
document.addEventListener('scroll', () => { if (scrollY > 200) tell('scrolled'); }, { once: true });
document.getElementById('send').addEventListener('click', () => {
  tell('ordered for ' + field.value);
  document.body.style.background = '#d8f5d0';
  document.getElementById('thanks').textContent = 'Thank you, ' + field.value;
});
</script>`;

export const bakery = {
  '/': page('Bakery Kornblume', '<p>Good bread since 1921.</p><p><a href="/prices">Prices</a><a href="/order">Order bread</a></p>'),
  '/prices': page('Prices', '<p>A loaf of rye bread costs 4.20 euros.</p><p style="background:#334;color:#fff;padding:80px">Sourdough</p><p><a href="/hours">Opening hours</a></p>'),
  '/hours': page('Opening hours', '<p>Open from 6 to 13.</p>'),
  '/order': page('Order bread', ORDER),
};

/** What the page has told of what was done on it. */
export function said(site) {
  return site.asked.filter((url) => url.startsWith('/said/')).map((url) => decodeURIComponent(url.slice(6)));
}
