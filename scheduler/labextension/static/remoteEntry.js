// Draws Vega-Lite 6 in JupyterLab and Voila. Written by hand: JupyterLab needs only an object with
// `init` and `get` under this name, and lends its own Widget class through the shared scope.
(() => {
  const NAME = 'booking-analytics-charts';
  const MIME = ['application/vnd.vegalite.v6+json', 'application/vnd.vegalite.v6.json'];
  const bundle = new URL('vega.js', document.currentScript.src).href;
  const options = {
    ast: true, // draws under a policy that forbids eval
    renderer: 'svg',
    actions: { export: true, source: false, compiled: false, editor: false },
  };
  let scope;

  const lumino = async () => (await Object.values(scope['@lumino/widgets'])[0].get())();

  const shown = async (node) => {
    // A chart as wide as its container needs one that stands in the page.
    for (let frame = 0; frame < 120 && !node.clientWidth; frame++) {
      await new Promise((next) => setTimeout(next, 50));
    }
  };

  const mime = async () => {
    const { Widget } = await lumino();
    class Chart extends Widget {
      constructor(mimeType) {
        super();
        this.mimeType = mimeType;
        this.addClass('jp-RenderedVegaLite6');
        this.node.style.cssText = 'overflow: auto; width: 100%;';
      }

      async renderModel(model) {
        const spec = structuredClone(model.data[this.mimeType]);
        const drawing = document.createElement('div');
        drawing.style.width = '100%';
        if (spec.description) {
          drawing.setAttribute('role', 'img');
          drawing.setAttribute('aria-label', spec.description);
        }
        this.node.replaceChildren(drawing);
        await import(bundle);
        await shown(this.node);
        this.result?.finalize();
        this.result = await window.vegaEmbed(drawing, spec, { mode: 'vega-lite', ...options });
      }

      dispose() {
        this.result?.finalize();
        super.dispose();
      }
    }
    return () => ({
      __esModule: true,
      default: {
        id: `${NAME}:mime`,
        description: 'Draws Vega-Lite 6 charts.',
        rank: 45,
        dataType: 'json',
        rendererFactory: {
          safe: true,
          mimeTypes: MIME,
          createRenderer: (request) => new Chart(request.mimeType),
        },
      },
    });
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = {
    init: (shared) => {
      scope = shared;
    },
    get: async (module) => {
      if (module !== './mime') throw new Error(`${NAME} has no module ${module}`);
      return mime();
    },
  };
})();
