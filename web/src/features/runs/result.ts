/** Results as text: to copy, to download, to hand over. */
import type { RunResult } from '../../api/gen';

export interface TableValue {
  columns: string[];
  rows: string[][];
}

export function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value, null, 2) ?? '';
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A table as it should be; null for anything else, which is then shown as JSON. */
export function tableOf(value: unknown): TableValue | null {
  if (typeof value !== 'object' || value === null) return null;
  const { columns, rows } = value as { columns?: unknown; rows?: unknown };
  if (!Array.isArray(columns) || !Array.isArray(rows) || !rows.every(Array.isArray)) return null;
  return {
    columns: columns.map(cellText),
    rows: rows.map((row) => columns.map((_, index) => cellText(row[index]))),
  };
}

/** The items of a list, one text each; null for anything else. */
export function listOf(value: unknown): string[] | null {
  return Array.isArray(value) ? value.map(itemText) : null;
}

function itemText(item: unknown): string {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return cellText(item);
  return Object.entries(item)
    .map(([name, value]) => `${name}: ${cellText(value)}`)
    .join(' · ');
}

export interface ImageValue {
  address: string;
  url: string;
  title: string;
  width: number;
  height: number;
}

/** A picture that is kept as a file; null for anything else. */
export function imageOf(value: unknown): ImageValue | null {
  if (typeof value !== 'object' || value === null) return null;
  const { file, url, title, width, height } = value as Record<string, unknown>;
  if (typeof file !== 'string' || !/^file_\w+$/.test(file)) return null;
  return {
    address: `/api/v1/files/${file}/content`,
    url: cellText(url),
    title: cellText(title),
    width: Number(width) || 1024,
    height: Number(height) || 640,
  };
}

/** RFC 4180, and no cell that a spreadsheet would take for a formula. */
export function csvText({ columns, rows }: TableValue): string {
  return [columns, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n');
}

function csvCell(text: string): string {
  const formula = /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(?:[.,]\d+)*%?$/.test(text);
  const safe = formula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The result as one text: what Copy takes and what is sent to the agent. */
export function resultText({ kind, value }: RunResult): string {
  const table = kind === 'table' ? tableOf(value) : null;
  if (table) return csvText(table);
  const list = kind === 'list' ? listOf(value) : null;
  return list ? list.map((item) => `- ${item}`).join('\n') : valueText(value);
}

export interface Download {
  name: string;
  type: string;
  text: string;
}

const types: Record<RunResult['kind'], [type: string, ending: string]> = {
  markdown: ['text/markdown', 'md'],
  text: ['text/plain', 'txt'],
  table: ['text/csv', 'csv'],
  list: ['text/plain', 'txt'],
  json: ['application/json', 'json'],
  image: ['image/png', 'png'],
};

export function downloadOf(result: RunResult): Download {
  const [type, ending] = types[result.kind];
  // Spreadsheets take a CSV file for UTF-8 only with this mark at its head.
  const mark = result.kind === 'table' ? '\uFEFF' : '';
  return {
    name: result.file_name || `result.${ending}`,
    type: `${type};charset=utf-8`,
    text: mark + resultText(result),
  };
}

export function save({ name, type, text }: Download): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken what it needs when the click is done.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
