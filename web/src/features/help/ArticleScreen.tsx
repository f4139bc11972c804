/** One article with its relatives. */
import { Group } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useInstance } from '../../ui/instance';
import { ButtonTo, LinkTo } from '../../ui/LinkTo';
import { Page } from '../../ui/Page';
import { Empty } from '../../ui/Remote';
import { findArticle } from './articles';
import classes from './Help.module.css';
import { words } from './words';

export function ArticleScreen() {
  const { article: slug } = useParams({ from: '/app/help/$article' });
  const { agent_name: agent, product_name: product } = useInstance();
  const article = findArticle(slug);
  if (!article) {
    return (
      <Page title={words.title} width="narrow">
        <Empty text={words.missing} action={<ButtonTo to="/help">{words.all}</ButtonTo>} />
      </Page>
    );
  }
  return (
    <Page title={article.title} width="narrow">
      <article className={classes.article}>{article.body({ agent, product })}</article>
      <nav aria-label={words.related}>
        <Group gap="lg">
          {article.related.map((other) => (
            <LinkTo key={other} to="/help/$article" params={{ article: other }} size="sm">
              {findArticle(other)?.title}
            </LinkTo>
          ))}
          <LinkTo to="/help" size="sm">
            {words.all}
          </LinkTo>
        </Group>
      </nav>
    </Page>
  );
}
