/** Colours and shapes, chosen so that text passes 4.5:1 in the light and the dark scheme. */
import { type CSSVariablesResolver, createTheme } from '@mantine/core';

const text: Record<string, [light: string, dark: string]> = {
  red: ['#a61e1e', '#ffa8a8'],
  orange: ['#8f3a00', '#ffc078'],
  yellow: ['#6b4700', '#ffe066'],
  green: ['#1c6b2c', '#8ce99a'],
  blue: ['#1558a6', '#a5d8ff'],
  gray: ['#495057', '#ced4da'],
  indigo: ['#364fc7', '#bac8ff'],
};

// Quiet grounds for notes and marks: the hue is there, the text carries the meaning.
const ground: Record<string, [light: string, dark: string]> = {
  red: ['#fdf0f0', '#3a2122'],
  orange: ['#fdf3e9', '#392a1b'],
  yellow: ['#fdf7e3', '#353019'],
  green: ['#ebf6ee', '#1d3223'],
  blue: ['#edf4fb', '#1d2c3b'],
  gray: ['#f1f3f5', '#2a2d32'],
  indigo: ['#eef1fd', '#232a45'],
};

const fill: Record<string, string> = {
  red: '#c92a2a',
  orange: '#b23c00',
  yellow: '#8a5a00',
  green: '#2b7a3b',
  blue: '#1864ab',
  gray: '#495057',
  indigo: '#3b5bdb',
};

export const theme = createTheme({
  primaryColor: 'indigo',
  colors: {
    // From text to ground, a little cooler than Mantine's own.
    dark: [
      '#dcdfe4',
      '#b8bcc4',
      '#9aa0a8',
      '#6b7178',
      '#474c53',
      '#373b41',
      '#26292e',
      '#1a1c20',
      '#16181b',
      '#121417',
    ],
  },
  primaryShade: { light: 8, dark: 8 },
  respectReducedMotion: true,
  cursorType: 'pointer',
  defaultRadius: 'md',
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace',
  fontSizes: { xs: '0.8125rem', sm: '0.875rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.4' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  components: {
    Button: { defaultProps: { fw: 570 } },
    Badge: { defaultProps: { tt: 'none', variant: 'light', fw: 600, radius: 'sm' } },
  },
});

/** Mantine's own variables and a few of ours (`--amp-…`) for surfaces and lines. */
export const variables: CSSVariablesResolver = () => {
  const light: Record<string, string> = {
    '--mantine-color-dimmed': '#495057',
    '--mantine-color-error': '#b02525',
    '--mantine-color-placeholder': '#5c636a',
    '--mantine-color-anchor': '#364fc7',
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#24272c',
    '--amp-canvas': '#f6f7f9',
    '--amp-surface': '#ffffff',
    '--amp-sunken': '#f1f3f5',
    '--amp-line': '#e3e6ea',
    '--amp-strong': '#16181d',
    '--amp-accent-soft': '#eef1fd',
    '--amp-bar': '#4c6ef5',
    '--amp-shadow': '0 1px 2px rgb(16 24 40 / 5%), 0 1px 3px rgb(16 24 40 / 4%)',
  };
  const dark: Record<string, string> = {
    '--mantine-color-dimmed': '#b3b3b3',
    '--mantine-color-error': '#ff9c9c',
    '--mantine-color-placeholder': '#a0a0a0',
    '--mantine-color-anchor': '#bac8ff',
    '--mantine-color-body': '#1a1c20',
    '--mantine-color-text': '#dcdfe4',
    '--amp-canvas': '#121417',
    '--amp-surface': '#1a1c20',
    '--amp-sunken': '#22252a',
    '--amp-line': '#2d3137',
    '--amp-strong': '#f4f5f7',
    '--amp-accent-soft': '#232a45',
    '--amp-bar': '#748ffc',
    '--amp-shadow': 'none',
  };
  for (const [color, [onLight, onDark]] of Object.entries(ground)) {
    light[`--mantine-color-${color}-light`] = onLight;
    dark[`--mantine-color-${color}-light`] = onDark;
  }
  for (const [color, [onLight, onDark]] of Object.entries(text)) {
    for (const kind of ['light-color', 'outline', 'text']) {
      light[`--mantine-color-${color}-${kind}`] = onLight;
      dark[`--mantine-color-${color}-${kind}`] = onDark;
    }
    light[`--mantine-color-${color}-filled`] = fill[color] ?? '';
    dark[`--mantine-color-${color}-filled`] = fill[color] ?? '';
  }
  return { variables: {}, light, dark };
};
