/** Gives the nonce to the style elements that the editor and the dialogs create, which the page's policy refuses otherwise. */
export function allowStyleElements(nonce: string): void {
  document.createElement = new Proxy(document.createElement, {
    apply(createElement, self, args) {
      const element: HTMLElement = Reflect.apply(createElement, self, args);
      if (element instanceof HTMLStyleElement) element.nonce = nonce;
      return element;
    },
  });
}
