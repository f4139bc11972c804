/** The catalog of AI Tools: search, category and order live in the address. */
import { Alert, Button, Group, List, NativeSelect, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Refusal, ToolList } from '../../api/gen';
import { toolsQuery } from '../../api/queries';
import { ControlGroup } from '../../ui/ControlGroup';
import { useInstance } from '../../ui/instance';
import { ButtonTo, LinkTo } from '../../ui/LinkTo';
import { Page } from '../../ui/Page';
import { Empty, Remote, SkeletonLines } from '../../ui/Remote';
import { Only, useRight } from '../../ui/rights';
import { type CatalogSearch, categories, findTools, readSearch, sorts } from './catalog';
import { ToolCard } from './ToolCard';
import classes from './Tools.module.css';
import { useHandOver } from './useHandOver';
import { words } from './words';

export function ToolsScreen() {
  const query = useQuery(toolsQuery);
  const { agent_name: agent } = useInstance();
  return (
    <Page title={words.title} width="wide">
      <Text c="dimmed">
        {words.lead} {words.browser(agent)}{' '}
        <Only right="start_work">
          <LinkTo to="/browser" underline="always">
            {words.toBrowser}
          </LinkTo>
        </Only>
      </Text>
      <Filters />
      <Remote query={query} what={words.what} skeleton={<Cards />}>
        {(list) => <Catalog list={list} />}
      </Remote>
    </Page>
  );
}

function useCatalogSearch() {
  const search = useSearch({ from: '/app/tools' });
  const navigate = useNavigate({ from: '/tools' });
  const set = (change: CatalogSearch) =>
    void navigate({
      search: readSearch({ ...search, ...change }),
      replace: true,
      resetScroll: false,
    });
  return { search, set };
}

function Filters() {
  const { search, set } = useCatalogSearch();
  return (
    <Group gap={12}>
      <TextInput
        type="search"
        aria-label={words.search}
        placeholder={words.searchPlaceholder}
        leftSection={<IconSearch size={17} aria-hidden />}
        className={classes.search}
        value={search.q ?? ''}
        onChange={(event) => set({ q: event.currentTarget.value })}
      />
      <ControlGroup label={words.category}>
        {[undefined, ...categories].map((category) => (
          <Button
            key={category ?? 'all'}
            size="compact-md"
            radius="xl"
            variant={search.category === category ? 'filled' : 'default'}
            aria-pressed={search.category === category}
            onClick={() => set({ category })}
          >
            {category === undefined ? words.all : words.categories[category]}
          </Button>
        ))}
      </ControlGroup>
      <NativeSelect
        aria-label={words.sort}
        data={sorts.map((value) => ({ value, label: `${words.sort}: ${words.sorts[value]}` }))}
        value={search.sort ?? 'relevance'}
        onChange={({ currentTarget: { value } }) => set({ sort: sorts.find((one) => one === value) })}
      />
    </Group>
  );
}

function Catalog({ list }: { list: ToolList }) {
  const { search } = useCatalogSearch();
  const tools = findTools(list.data, search);
  return (
    <>
      {list.refused.length > 0 ? <Refused refused={list.refused} /> : null}
      {tools.length === 0 ? (
        <NoTools any={list.data.length > 0} />
      ) : (
        <>
          <Text size="sm" c="dimmed" aria-live="polite">
            {words.found(tools.length)}
          </Text>
          <ul className={classes.cards}>
            {tools.map((tool) => (
              <ToolCard key={tool.id} tool={tool} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function NoTools({ any }: { any: boolean }) {
  const { search } = useCatalogSearch();
  const { agent, handOver } = useHandOver();
  const works = useRight('start_work');
  const { q } = search;
  if (!any) return <Empty text={words.none} />;
  return (
    <Empty
      text={works ? words.noMatch(agent) : words.noMatchRead}
      action={
        <Group gap="sm" justify="center">
          {works ? (
            <ButtonTo
              to="/"
              onClick={() => {
                if (q !== undefined) handOver(q);
              }}
            >
              {words.ask(agent)}
            </ButtonTo>
          ) : null}
          <ButtonTo to="/tools" search={{}} variant="default">
            {words.showAll}
          </ButtonTo>
        </Group>
      }
    />
  );
}

// The server tells only operators of them.
function Refused({ refused }: { refused: readonly Refusal[] }) {
  return (
    <Alert
      color="orange"
      icon={<IconAlertTriangle aria-hidden />}
      title={words.refused(refused.length)}
      data-testid="refused-tools"
    >
      <List size="sm" spacing={4}>
        {refused.map(({ file, line, reason }) => (
          <List.Item key={`${file}:${line ?? 0}:${reason}`}>
            <Text span size="sm" fw={550}>
              {line === null ? file : words.refusedLine(file, line)}
            </Text>
            {`: ${reason}`}
          </List.Item>
        ))}
      </List>
      <Text size="sm" mt="xs">
        {words.refusedNote}
      </Text>
    </Alert>
  );
}

function Cards() {
  return (
    <div className={classes.cards} aria-hidden="true">
      {Array.from({ length: 6 }, (_, card) => (
        <div key={card} className={classes.card}>
          <SkeletonLines count={3} />
        </div>
      ))}
    </div>
  );
}
