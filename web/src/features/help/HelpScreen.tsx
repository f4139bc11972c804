/** The list of articles. */
import { Text } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Page } from '../../ui/Page';
import { articles } from './articles';
import classes from './Help.module.css';
import { words } from './words';

export function HelpScreen() {
  return (
    <Page title={words.title} width="narrow">
      <Text c="dimmed">{words.lead}</Text>
      <ul className={classes.list}>
        {articles.map(({ slug, title, summary }) => (
          <li key={slug}>
            <Link to="/help/$article" params={{ article: slug }} className={classes.item}>
              <span>
                <strong>{title}</strong>
                <span>{summary}</span>
              </span>
              <IconChevronRight size={18} aria-hidden />
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}
