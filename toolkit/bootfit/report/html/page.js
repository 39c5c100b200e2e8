"use strict";
(() => {
  document.documentElement.dataset.scripted = "yes";
  const data = JSON.parse(document.getElementById("data").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = window.matchMedia("(max-width: 40rem)");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  // Plotly reads some tags in its texts; what the run holds is text.
  const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /** Returns a copy in which each "var(--name)" is what the page's style says it is now. */
  function resolved(value) {
    if (typeof value === "string") {
      const named = /^var\((--[\w-]+)\)$/.exec(value);
      return named ? color(named[1]) : value;
    }
    if (Array.isArray(value)) return value.map(resolved);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one)]));
    }
    return value;
  }

  function layout(own, height) {
    const axis = { gridcolor: color("--line"), zerolinecolor: color("--line"), automargin: true };
    const merged = {
      height,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: color("--ink"), size: 12, family: "system-ui, sans-serif" },
      margin: { l: 8, r: narrow.matches ? 8 : 24, t: 24, b: 8 },
      hoverlabel: { bgcolor: color("--card"), bordercolor: color("--line"), font: { color: color("--ink") } },
      dragmode: narrow.matches ? false : "zoom",
      legend: { orientation: "h", x: 0, xanchor: "left", y: 0, yref: "container", yanchor: "bottom", traceorder: "normal" },
      ...resolved(own),
    };
    for (const name of ["xaxis", "yaxis"]) merged[name] = { ...axis, ...(merged[name] || {}) };
    return merged;
  }

  const config = { displaylogo: false, responsive: true, scrollZoom: false, displayModeBar: "hover" };

  function draw(name, traces, own, height) {
    const element = document.getElementById(`plot-${name}`);
    element.style.height = `${height}px`;
    Plotly.react(element, resolved(traces), layout(own, height), config);
    return element;
  }

  // ---- modules -------------------------------------------------------------------------------

  const by = document.getElementById("module-by");
  const subject = document.getElementById("module-subject");
  const search = document.getElementById("module-search");
  const found = document.getElementById("module-found");
  const palette = ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7"];
  let level = "";

  function icicle() {
    const tree = data.trees[Number(subject.value)];
    const memory = by.value === "memory" && tree.memory;
    const unit = memory ? "MiB" : "ms";
    const own = (module) => Math.max(0, memory ? module[3] : module[4]);
    const ids = [""], labels = [plain(tree.subject)], parents = [null], values = [0];
    const texts = [""], colors = [color("--card")];
    tree.modules.forEach((module, number) => {
      ids.push(String(number));
      labels.push(plain(module[0]));
      parents.push(module[1] < 0 ? "" : String(module[1]));
      values.push(own(module));
      texts.push(`${plain(tree.owners[module[2]])}${module[5] ? `<br>imported at ${plain(module[5])}` : ""}`);
      colors.push(color(palette[module[2] % palette.length]));
    });
    const extra = [
      [`${tree.rest[0]} smaller modules`, memory ? tree.rest[1] : tree.rest[2]],
      ["outside of imports", memory ? tree.outside[0] : tree.outside[1]],
    ];
    extra.filter(([, value]) => value > 0).forEach(([name, value]) => {
      ids.push(name); labels.push(name); parents.push(""); values.push(value); texts.push(""); colors.push(color("--line"));
    });
    const trace = {
      type: "icicle", ids, labels, parents, values, text: texts, branchvalues: "remainder", level,
      marker: { colors, line: { color: color("--page"), width: 1 } },
      maxdepth: narrow.matches ? 5 : 9, sort: true, tiling: { orientation: narrow.matches ? "v" : "h" },
      textinfo: "label", pathbar: { visible: true, thickness: 24 },
      textfont: { color: "#10151a" }, insidetextfont: { color: "#10151a" },
      hovertemplate: `%{label}<br>%{value:.2f} ${unit} in all, %{percentRoot:.1%}<br>%{text}<extra></extra>`,
    };
    trace.pathbar.textfont = { color: color("--ink") };
    const shown = draw("modules", [trace], { margin: { l: 2, r: 2, t: 30, b: 2 } }, narrow.matches ? 460 : 540);
    shown.removeAllListeners?.("plotly_icicleclick");
    shown.on("plotly_icicleclick", (event) => { if (event.nextLevel !== undefined) level = event.nextLevel; });
  }

  function waterfall() {
    const tree = data.trees[Number(subject.value)];
    const parts = tree.waterfall;
    const short = (name) => plain(name.length > 24 ? `${name.slice(0, 23)}…` : name);
    const trace = {
      type: "waterfall", orientation: "h",
      y: [...parts.map(([name]) => short(name)), "all"],
      x: [...parts.map(([, value]) => value), 0],
      measure: [...parts.map(() => "relative"), "total"],
      connector: { line: { color: color("--line") } },
      increasing: { marker: { color: color("--c1") } },
      decreasing: { marker: { color: color("--c4") } },
      totals: { marker: { color: color("--c7") } },
      hovertemplate: "%{y}: %{delta:.1f} ms, %{x:.1f} ms so far<extra></extra>",
    };
    draw("waterfall", [trace], {
      showlegend: false,
      xaxis: { title: { text: "ms of CPU time" }, rangemode: "tozero" },
      yaxis: { autorange: "reversed", type: "category", ticksuffix: "  " },
    }, 120 + 26 * (parts.length + 1));
  }

  function names() {
    const list = document.getElementById("module-names");
    const tree = data.trees[Number(subject.value)];
    list.replaceChildren(...tree.modules.slice(0, 500).map((module) => {
      const option = document.createElement("option");
      option.value = module[0];
      return option;
    }));
  }

  function find() {
    const wanted = search.value.trim().toLowerCase();
    const tree = data.trees[Number(subject.value)];
    level = "";
    found.textContent = "";
    if (wanted) {
      const exact = tree.modules.findIndex((module) => module[0].toLowerCase() === wanted);
      const own = tree.modules.findIndex((module) => module[0].toLowerCase().includes(wanted));
      const owner = tree.modules.findIndex((module) => tree.owners[module[2]].toLowerCase().includes(wanted));
      const hit = [exact, own, owner].find((number) => number >= 0);
      const count = tree.modules.filter((module) =>
        module[0].toLowerCase().includes(wanted) || tree.owners[module[2]].toLowerCase().includes(wanted)).length;
      if (hit !== undefined) level = String(hit);
      found.textContent = hit === undefined ? "nothing is called so" : `${tree.modules[hit][0]}, of ${count} found`;
    }
    icicle();
  }

  // ---- all -----------------------------------------------------------------------------------

  function everything() {
    for (const figure of data.figures) draw(figure.name, figure.traces, figure.layout, figure.height);
    if (data.trees.length) { icicle(); waterfall(); }
  }

  if (data.trees.length) {
    document.getElementById("module-controls").hidden = false;
    document.getElementById("module-controls").addEventListener("submit", (event) => event.preventDefault());
    subject.addEventListener("change", () => { level = ""; search.value = ""; names(); find(); waterfall(); });
    by.addEventListener("change", icicle);
    search.addEventListener("input", find);
    names();
  }
  dark.addEventListener("change", everything);
  narrow.addEventListener("change", everything);
  everything();
  document.documentElement.dataset.drawn = "yes";
})();
