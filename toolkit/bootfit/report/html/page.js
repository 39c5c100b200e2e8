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
    // On a phone a legend takes several lines.
    const high = height + (narrow.matches && traces.length > 2 ? 70 : 0);
    element.style.height = `${high}px`;
    Plotly.react(element, resolved(traces), layout(own, high), config);
    return element;
  }

  // ---- modules -------------------------------------------------------------------------------

  const by = document.getElementById("module-by");
  const subject = document.getElementById("module-subject");
  const search = document.getElementById("module-search");
  const found = document.getElementById("module-found");
  const palette = ["--m1", "--m2", "--m3", "--m4", "--m5", "--m6", "--m7", "--m8"];
  let level = "all";

  /** Returns what each module took with all below it: [MiB, ms], and the modules below each. */
  function sums(tree) {
    if (tree.sums) return tree.sums;
    const below = tree.modules.map(() => []), top = [];
    tree.modules.forEach((module, number) => (module[1] < 0 ? top : below[module[1]]).push(number));
    const order = [...top];
    for (let next = 0; next < order.length; next += 1) order.push(...below[order[next]]);
    const totals = tree.modules.map(() => [0, 0]);
    for (const number of order.reverse()) {
      const [, parent, , memory, time, allMemory, allTime] = tree.modules[number];
      // With the modules below that are not listed; what was given back is drawn as 0. A little
      // more than the sum: the library drops a branch whose parts exceed it by rounding.
      const sum = totals[number].map((value) => value * (1 + 1e-9));
      totals[number] = sum;
      sum[0] = Math.max(allMemory, sum[0] + Math.max(0, memory), 0);
      sum[1] = Math.max(allTime, sum[1] + Math.max(0, time), 0);
      if (parent >= 0) sum.forEach((value, part) => { totals[parent][part] += value; });
    }
    tree.sums = { totals, below, top };
    return tree.sums;
  }

  /** Returns the modules to draw: those that lead to the chosen one, and what can be seen below. */
  function visible(tree, part) {
    const { totals, below, top } = sums(tree);
    const chosen = level === "all" ? -1 : Number(level);
    const above = [];
    for (let walk = chosen; walk >= 0; walk = tree.modules[walk][1]) above.push(walk);
    const under = chosen < 0 ? [...top] : [...below[chosen]];
    const whole = chosen < 0 ? top.reduce((sum, one) => sum + totals[one][part], 0) : totals[chosen][part];
    const seen = [];
    for (let next = 0; next < under.length; next += 1) {
      // Narrower than a pixel is not seen; it stays in what its parent took.
      if (totals[under[next]][part] * 700 < whole) continue;
      seen.push(under[next]);
      under.push(...below[under[next]]);
    }
    return [...above, ...seen];
  }

  function icicle() {
    const tree = data.trees[Number(subject.value)];
    const part = by.value === "memory" && tree.memory ? 0 : 1;
    const unit = part ? "ms" : "MiB";
    const { totals, top } = sums(tree);
    const tops = top.reduce((sum, one) => sum + totals[one][part], 0);
    const outside = Math.max(0, tree.outside[part]);
    const extra = [
      ["smaller modules", tree.total[part] - outside - tops],
      ["outside of imports", outside],
    ].filter(([, value]) => value > 0);
    const whole = extra.reduce((sum, [, value]) => sum + value, tops);
    const ids = ["all"], labels = [plain(tree.subject)], parents = [""], texts = [plain(tree.subject)], colors = [color("--m0")];
    const values = [whole * (1 + 1e-9)];
    for (const number of visible(tree, part)) {
      const [name, parent, owner, memory, time, , , place] = tree.modules[number];
      ids.push(String(number));
      const inside = parent < 0 ? "" : `${tree.modules[parent][0]}.`;
      const local = inside && name.startsWith(inside) ? name.slice(inside.length - 1) : name;
      labels.push(plain(local.length > 20 ? `…${local.slice(-19)}` : local));
      parents.push(parent < 0 ? "all" : String(parent));
      values.push(totals[number][part]);
      texts.push(`<b>${plain(name)}</b> of ${plain(tree.owners[owner])}<br>itself ${(part ? time : memory).toFixed(2)} ${unit}`
        + (place ? `<br>imported at ${plain(place)}` : ""));
      colors.push(color(palette[owner % palette.length]));
    }
    for (const [name, value] of extra) {
      ids.push(name); labels.push(name); parents.push("all"); values.push(value); texts.push(name); colors.push(color("--m0"));
    }
    const trace = {
      type: "icicle", ids, labels, parents, values, text: texts, branchvalues: "total", level,
      marker: { colors, line: { color: color("--page"), width: 1 } },
      maxdepth: narrow.matches ? 6 : 7, sort: true, tiling: { orientation: narrow.matches ? "v" : "h" },
      textinfo: "label", textfont: { color: "#10151a", size: 11 },
      pathbar: { visible: true, thickness: 24, textfont: { color: "#10151a" } },
      root: { color: color("--line") },
      hovertemplate: `%{text}<br>%{value:.2f} ${unit} in all, %{percentRoot:.1%}<extra></extra>`,
    };
    const shown = draw("modules", [trace], {
      margin: { l: 2, r: 2, t: 30, b: 2 }, uniformtext: { minsize: 8, mode: "hide" },
    }, narrow.matches ? 480 : 560);
    if (!shown.dataset.zooms) {
      shown.dataset.zooms = "yes";
      shown.on("plotly_icicleclick", (event) => {
        if (event.nextLevel !== undefined && (event.nextLevel === "all" || /^\d+$/.test(event.nextLevel))) {
          level = event.nextLevel;
          icicle();
        }
        return false;
      });
    }
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
    level = "all";
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
    subject.addEventListener("change", () => { search.value = ""; names(); find(); waterfall(); });
    by.addEventListener("change", icicle);
    search.addEventListener("input", find);
    names();
  }
  dark.addEventListener("change", everything);
  narrow.addEventListener("change", everything);
  everything();
  document.documentElement.dataset.drawn = "yes";
})();
