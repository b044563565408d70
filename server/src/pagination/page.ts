import { Field, Int, ObjectType } from 'type-graphql';
import { requestError } from '../errors.js';

/** One page of a list, in order. */
export interface Page<Row> {
  readonly nodes: readonly Row[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  cursorOf(row: Row): string;
  /** Counts the whole list; called only where a client asks. */
  countTotal(): Promise<number> | number;
}

export const pageSizeMax = 100;
export const pageSizeDefault = 20;

/** @throws BAD_USER_INPUT unless `first` is from 1 to 100. An explicit null means the default. */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? pageSizeDefault;
  if (size < 1 || size > pageSizeMax) throw requestError('pageSize');
  return size;
}

/** Makes a page of rows that were fetched with one more than its size. */
export function toPage<Row>(
  rows: readonly Row[],
  request: { size: number; after: string | null | undefined },
  rest: Pick<Page<Row>, 'cursorOf' | 'countTotal'>,
): Page<Row> {
  return {
    nodes: rows.length > request.size ? rows.slice(0, request.size) : rows,
    hasNextPage: rows.length > request.size,
    hasPreviousPage: request.after != null,
    cursorOf: rest.cursorOf,
    countTotal: rest.countTotal,
  };
}

@ObjectType({
  simpleResolvers: true,
  description: 'Where a page lies in its list.',
})
export class PageInfo {
  @Field(() => Boolean, {
    description: 'Whether there is a page after this one.',
  })
  readonly hasNextPage: boolean;

  @Field(() => Boolean, {
    description: 'Whether this page came after a cursor.',
  })
  readonly hasPreviousPage: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the first item; null on an empty page.',
  })
  readonly startCursor: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last item; null on an empty page.',
  })
  readonly endCursor: string | null;

  constructor(page: Page<unknown>) {
    const [first, last] = [page.nodes[0], page.nodes[page.nodes.length - 1]];
    this.hasNextPage = page.hasNextPage;
    this.hasPreviousPage = page.hasPreviousPage;
    this.startCursor = first === undefined ? null : page.cursorOf(first);
    this.endCursor = last === undefined ? null : page.cursorOf(last);
  }
}

type TypeThunk = () => new () => object;

/** The connection type of a node type, with its edge type: `WorkspaceConnection` and `WorkspaceEdge`. */
export function connectionType<Row extends object>(nodeName: string, nodeType: TypeThunk) {
  @ObjectType(`${nodeName}Edge`, {
    simpleResolvers: true,
    description: `A ${nodeName} and its place in the list.`,
  })
  class Edge {
    @Field(() => String, {
      description: 'Where the item lies; valid only in the ordering that it came from.',
    })
    readonly cursor!: string;

    @Field(nodeType, { description: 'The item.' })
    readonly node!: Row;
  }

  @ObjectType(`${nodeName}Connection`, {
    simpleResolvers: true,
    description: `A page of a list: ${nodeName}.`,
  })
  class Connection {
    readonly #page: Page<Row>;

    constructor(page: Page<Row>) {
      this.#page = page;
      this.nodes = page.nodes;
    }

    @Field(() => [nodeType()], { description: 'The items of the page.' })
    readonly nodes: readonly Row[];

    @Field(() => [Edge], {
      description: 'The items of the page, each with its cursor.',
    })
    edges(): Edge[] {
      return this.#page.nodes.map((node) => ({
        cursor: this.#page.cursorOf(node),
        node,
      }));
    }

    @Field(() => PageInfo, { description: 'Where the page lies in its list.' })
    pageInfo(): PageInfo {
      return new PageInfo(this.#page);
    }

    @Field(() => Int, {
      description: 'Length of the whole list; counted only when asked for.',
    })
    totalCount(): Promise<number> | number {
      return this.#page.countTotal();
    }
  }
  return Connection;
}
