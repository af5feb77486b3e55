/**
 * Prints a page to PDF in a window that nobody sees. The page lives in a session of its own that holds nothing, runs no script, has
 * no bridge, and reaches no address but its own.
 */
import { randomUUID } from 'node:crypto';
import { BrowserWindow, session } from 'electron';
import type { PdfPrinter } from '../reports/document';
import { escapeHtml } from '../reports/escape-html';
import { COMMON_HEADERS } from '../security/csp';
import { hardenSession } from '../security/harden';
import { APP_HOST, APP_SCHEME } from '../security/origin';

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const PAGE = `${APP_SCHEME}://${APP_HOST}/print`;
/** A page that takes longer is given up; the person is told. */
const LIMIT_MS = 60_000;
/** In inches, as Chromium counts. */
const MARGINS = { top: 0.6, bottom: 0.7, left: 0.5, right: 0.5 } as const;

/** Chromium draws these outside of the page's own style. Both sides are markup already. */
function line(left: string, right: string): string {
  return `<div style="width:100%;padding:0 50px;font:7px Arial,sans-serif;color:#4e5969;display:flex;justify-content:space-between;gap:24px"><span>${left}</span><span style="white-space:nowrap">${right}</span></div>`;
}

export function createPrinter(): PdfPrinter {
  return {
    async print(html, { landscape, header, footer }) {
      // A partition without `persist:` lives in memory only and dies with its window.
      const own = session.fromPartition(`print-${randomUUID()}`);
      hardenSession(own);
      own.protocol.handle(APP_SCHEME, (request) =>
        request.url === PAGE
          ? new Response(html, {
              headers: { ...COMMON_HEADERS, 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY },
            })
          : new Response(null, { status: 404 }),
      );
      const window = new BrowserWindow({
        show: false,
        webPreferences: {
          session: own,
          javascript: false,
          contextIsolation: true,
          sandbox: true,
          nodeIntegration: false,
          webSecurity: true,
          spellcheck: false,
        },
      });
      const limit = setTimeout(() => window.destroy(), LIMIT_MS);
      try {
        await window.loadURL(PAGE);
        const bytes = await window.webContents.printToPDF({
          landscape,
          pageSize: 'A4',
          printBackground: true,
          margins: MARGINS,
          displayHeaderFooter: true,
          headerTemplate: header === undefined ? '<span></span>' : line(escapeHtml(header[0]), escapeHtml(header[1])),
          footerTemplate: line(escapeHtml(footer), 'Page <span class="pageNumber"></span> of <span class="totalPages"></span>'),
        });
        return new Uint8Array(bytes);
      } finally {
        clearTimeout(limit);
        if (!window.isDestroyed()) window.destroy();
        own.protocol.unhandle(APP_SCHEME);
      }
    },
  };
}
