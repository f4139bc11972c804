export const words = {
  title: 'Audit log',
  lead: 'Who changed billing, roles, caps and settings. Entries are never changed or removed.',
  what: 'the audit log',
  none: 'Nothing was changed yet.',
  download: 'Download CSV',
  back: 'Settings',
  open: 'See the audit log',
  gone: 'Somebody who is gone',
  onlyOwner: 'Only the owner sees the audit log.',
  columns: { when: 'When', who: 'Who', what: 'What', change: 'Change' },
};
