import { createRequire } from 'node:module';
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/** As many lines, and as much of each, as one reads. */
const linesMax = 30;
const lineLengthMax = 4_000;

/** Stands for Node's own context where Jest asks for one. */
const ownContext = {};

/** Leaves out the context where it stands for Node's own. */
function inOwnContext(Module) {
  return class extends Module {
    constructor(...args) {
      const options = args.pop();
      super(...args, options?.context === ownContext ? { ...options, context: undefined } : options);
    }
  };
}

/** The server's own modules, not the tests and what is made for them, which hold what is of one file. */
const isOfServer = /\/server\/src\/(?!testing\/)(?!.*\.(?:test|api|long|pooler|recipe|browser)\.ts$)/;

/** Where decorators leave what they say of the classes of those modules. */
const isOfDecorators = /Metadata(?:Args)?Storage$/;

/** The server's modules by their files, with their code. */
const modules = new Map();
/** Jest's `import()` of the file that runs now. */
let importModuleDynamically;

/** Loads each of the server's modules once for all files that a worker runs, where Jest would for each of them. */
function onceAWorker(Module) {
  return new Proxy(Module, {
    construct(target, [code, options], newTarget) {
      const { identifier } = options;
      ({ importModuleDynamically } = options);
      const known = modules.get(identifier);
      if (known?.code === code && known.module.status === 'evaluated') return known.module;
      const own = { ...options, importModuleDynamically: (...args) => importModuleDynamically(...args) };
      const module = Reflect.construct(target, [code, own], newTarget);
      if (isOfServer.test(identifier)) modules.set(identifier, { code, module });
      return module;
    },
  });
}

const { compileFunction } = vm;
// Where Jest loads a whole graph at once (Node 24.9 and later), it takes no module that it has not loaded itself.
const loadsOnce = vm.SourceTextModule.prototype.hasAsyncGraph === undefined;
vm.SourceTextModule = inOwnContext(loadsOnce ? onceAWorker(vm.SourceTextModule) : vm.SourceTextModule);
vm.SyntheticModule = inOwnContext(vm.SyntheticModule);
vm.compileFunction = (code, params, options) => {
  const isOwn = options?.parsingContext === ownContext;
  return compileFunction(code, params, isOwn ? { ...options, parsingContext: undefined } : options);
};

/**
 * Jest's environment of Node but for two things.
 *
 * Tests run in the context of Node itself and not in one of their own: looking up a global takes many times as long there,
 * and the packages that Node has loaded (`native-package.mjs`) would be strangers in it, with an `Error` of their own. What
 * a file leaves on the global object or has mocked goes with it.
 *
 * A test that fails tells what its servers have logged meanwhile. Test servers hand every line of their log to the global
 * `keepLogLine`; lines are kept from the start of a test, or of the `beforeAll`s of a block, and when something fails the
 * last of them are put under its message, which is what Jest prints.
 */
export default class Environment extends TestEnvironment {
  #lines = [];
  #globals = new Set(Reflect.ownKeys(globalThis));
  #console = globalThis.console;
  #process = { exit: process.exit, getBuiltinModule: process.getBuiltinModule };

  constructor(config, context) {
    super(config, context);
    const { projectConfig } = config;
    this.global = globalThis;
    // For `native-package.mjs`.
    globalThis.requireNatively = createRequire(import.meta.url);
    this.moduleMocker = new this.moduleMocker.constructor(globalThis);
    this.fakeTimersModern = new this.fakeTimersModern.constructor({ config: projectConfig, global: globalThis });
  }

  getVmContext() {
    return ownContext;
  }

  async setup() {
    await super.setup();
    this.global.keepLogLine = (line) => this.#lines.push(line);
  }

  async teardown() {
    this.moduleMocker.restoreAllMocks();
    await super.teardown();
    for (const key of Reflect.ownKeys(globalThis)) {
      if (!this.#globals.has(key) && !isOfDecorators.test(String(key))) Reflect.deleteProperty(globalThis, key);
    }
    globalThis.console = this.#console;
    Object.assign(process, this.#process);
  }

  async handleTestEvent({ name, error }) {
    if (name === 'run_describe_start' || name === 'test_start') this.#lines = [];
    if (name === 'test_fn_failure' || name === 'hook_failure') this.#tell(error);
  }

  #tell(error) {
    const lines = this.#lines.splice(0).slice(-linesMax);
    if (lines.length === 0 || typeof error?.stack !== 'string') return;
    const told = lines.map((line) => line.trim().slice(0, lineLengthMax));
    // Before the places in the code, because Jest shows but the first of those.
    error.stack = error.stack.replace(/(?=\n\s+at )|$/, () => `\n\nThe servers logged:\n${told.join('\n')}\n`);
  }
}
