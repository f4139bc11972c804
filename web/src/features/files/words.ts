export const words = {
  upload: 'Upload a file',
  another: 'Upload another',
  earlier: 'Choose an earlier file',
  earlierTitle: 'Earlier files',
  what: 'The files',
  none: 'No earlier file fits here. Upload one.',
  use: (name: string) => `Use ${name}`,
  remove: 'Remove',
  removeNamed: (name: string) => `Remove ${name}`,
  deleteNamed: (name: string) => `Delete ${name}`,
  deleted: (name: string) => `${name} is deleted.`,
  deleteFailed: 'It could not be deleted.',
  uploading: (name: string, percent: number) => `Uploading ${name}: ${percent} %`,
  progress: (name: string) => `Upload of ${name}`,
  stop: 'Stop the upload',
  done: (name: string) => `${name} is uploaded.`,
  kinds: (kinds: string) =>
    `${kinds.charAt(0).toUpperCase()}${kinds.slice(1)}, at most 10 MB.`,
  anyKind: 'At most 10 MB.',
  gone: 'This file has been deleted. Choose another one.',
  used: (used: string, quota: string) => `${used} of ${quota} used by this organization.`,
  errors: {
    empty: 'This file is empty.',
    large: (size: string) => `This file has ${size}; at most 10 MB can be uploaded.`,
    kind: (kinds: string) => `This kind of file cannot be read here. It must be ${kinds}.`,
    failed: 'The upload did not work. Try again.',
  },
  mediaTypes: {
    'text/plain': 'text',
    'text/markdown': 'Markdown',
    'text/csv': 'CSV',
    'text/html': 'HTML',
    'application/pdf': 'PDF',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word (DOCX)',
  } as Record<string, string>,
};

/** `PDF, CSV or text`. */
export function kindsText(mediaTypes: readonly string[]): string {
  const names = mediaTypes.map((type) => words.mediaTypes[type] ?? type);
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(names);
}

/** `820 B`, `12.4 KB`, `3.1 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, 'KB'] : [bytes / 1_000_000, 'MB'];
  return `${value.toFixed(1).replace(/\.0$/, '')} ${unit}`;
}
