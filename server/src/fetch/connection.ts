import { Extensions, Field, Int, ObjectType } from 'type-graphql';
import { costKey, type FieldCost } from './cost.js';
import type { Page } from './list.js';

@ObjectType({ simpleResolvers: true, description: 'Where a page lies in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there is a page after this one.' })
  readonly hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Whether there is a page before this one.' })
  readonly hasPreviousPage: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'Cursor of the first item; null on an empty page. Where a filter ended its search with the page not full, the place that it came to.',
  })
  readonly startCursor: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Cursor of the last item; null on an empty page. Where a filter ended its search with the page not full, the place that it came to.',
  })
  readonly endCursor: string | null;

  constructor({ nodes, cursorAt, hasNextPage, hasPreviousPage, searchedTo }: Page<object>) {
    this.hasNextPage = hasNextPage;
    this.hasPreviousPage = hasPreviousPage;
    this.startCursor = searchedTo?.start ?? (nodes.length === 0 ? null : cursorAt(0));
    this.endCursor = searchedTo?.end ?? (nodes.length === 0 ? null : cursorAt(nodes.length - 1));
  }
}

type TypeThunk = () => new () => object;

const counted: FieldCost = { statements: 1 };

/**
 * The connection type of a node type, with its edge type: `WorkspaceConnection` and `WorkspaceEdge`; without `totalCount`
 * for lists that are never counted.
 */
export function connectionType(nodeName: string, nodeType: TypeThunk, { isCounted = true } = {}) {
  @ObjectType(`${nodeName}Edge`, {
    simpleResolvers: true,
    description: `A ${nodeName} and its place in the list.`,
  })
  class Edge {
    @Field(() => String, { description: 'Where the item lies; valid only in the ordering that it came from.' })
    readonly cursor!: string;

    @Field(nodeType, { description: 'The item.' })
    readonly node!: object;
  }

  @ObjectType(`${nodeName}Connection`, {
    simpleResolvers: true,
    description: `A page of a list: ${nodeName}.`,
  })
  class Connection {
    readonly #page: Page<object>;

    constructor(page: Page<object>) {
      this.#page = page;
      this.nodes = page.nodes;
    }

    @Field(() => [nodeType()], { description: 'The items of the page.' })
    readonly nodes: readonly object[];

    @Field(() => [Edge], { description: 'The items of the page, each with its cursor.' })
    edges(): Edge[] {
      return this.#page.nodes.map((node, index) => ({ cursor: this.#page.cursorAt(index), node }));
    }

    @Field(() => PageInfo, { description: 'Where the page lies in its list.' })
    pageInfo(): PageInfo {
      return new PageInfo(this.#page);
    }

    totalCount(): Promise<number> | number {
      return this.#page.countTotal?.() ?? 0;
    }
  }
  if (isCounted) {
    const description = 'Length of the whole list; counted only when asked for.';
    const decorators = [Extensions({ [costKey]: counted }), Field(() => Int, { description })];
    const method = Object.getOwnPropertyDescriptor(Connection.prototype, 'totalCount');
    Reflect.decorate(decorators as MethodDecorator[], Connection.prototype, 'totalCount', method);
  }
  return Connection;
}
