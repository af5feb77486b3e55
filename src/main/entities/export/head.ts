/** What a file says of itself: whose data it is, which list and view, when and by whom it was taken. */

export interface ExportHead {
  readonly tenant: string;
  /** `Findings` */
  readonly list: string;
  /** `Open`; empty where the list has no name for it. */
  readonly view: string;
  /** ISO instant. */
  readonly exportedAt: string;
  readonly exportedBy: string;
}

/** `Nordhaven-Bank-AG_controls_2026-11-23.csv`: exports name their tenant. `today` is YYYY-MM-DD. */
export function exportFileName(tenant: string, what: string, today: string, format: string): string {
  const part = (text: string) =>
    text
      .normalize('NFC')
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60);
  return `${[tenant, what.toLowerCase()].map(part).join('_')}_${today}.${format}`;
}
