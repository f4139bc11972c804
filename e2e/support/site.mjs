/**
 * A web site of the test's own, in this process: pages by their paths, which may change between
 * two looks. It keeps what was asked of it. Tools may fetch it only where the server's egress
 * list allows it: start the server with `env: site.allowed`.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';

export class Site {
  /** `pages`: path → the page, as `page()` makes it. */
  static async start(pages) {
    const site = new Site(pages);
    site.server.listen(0, '127.0.0.1');
    await once(site.server, 'listening');
    return site;
  }

  constructor(pages) {
    this.pages = new Map(Object.entries(pages));
    this.asked = [];
    this.server = createServer(({ url }, response) => {
      this.asked.push(url);
      const page = this.pages.get(url);
      const head = { 'content-type': 'text/html; charset=utf-8' };
      response.writeHead(page ? 200 : 404, head).end(page?.html ?? '<h1>Not here</h1>');
    });
  }

  get port() {
    return this.server.address().port;
  }

  get allowed() {
    return { AMPERE_EGRESS_ALLOW: `127.0.0.1:${this.port}` };
  }

  address(path) {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  change(path, page) {
    this.pages.set(path, page);
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** A page with its title and paragraphs, as a reader and as a browser has it. */
export function page(title, paragraphs) {
  const text = paragraphs.map((one) => `<p>${one}</p>`).join('\n');
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><nav><a href="/">Start</a></nav><main><article><h1>${title}</h1>\n${text}</article></main></body></html>`;
  return { title, paragraphs, html };
}
