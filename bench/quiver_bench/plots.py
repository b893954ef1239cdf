"""Recall against queries per second, one picture for each data set: up and to the right is better."""
import os

COLORS = ["#d1495b", "#30638e", "#edae49", "#00798c", "#6a4c93", "#444444"]
MARKERS = "osD^vP"


def curves(results, data, part="search"):
    """{system: [(recall, qps, ef)]} of the unfiltered searches with the fewest clients."""
    points = [r for r in results if r["part"] == part and r["data"] == data and "qps" in r["metrics"]]
    if not points:
        return {}
    clients = min(r["point"]["clients"] for r in points)
    out = {}
    for r in points:
        if r["point"]["clients"] == clients:
            out.setdefault(r["system"], []).append((r["metrics"]["recall"], r["metrics"]["qps"], r["point"]["ef"]))
    return out


def plot(documents, data, path):
    """Draws the curves of one data set out of one or several result files."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot, ticker
    matplotlib.rcParams["svg.hashsalt"] = "quiver"  # the same numbers give the same file
    figure, axes = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
    number = 0
    for date, document in documents:
        for system, points in curves(document["results"], data).items():
            points.sort()
            label = system if len(documents) == 1 else f"{system}, {date}"
            axes.plot([p[0] for p in points], [p[1] for p in points], color=COLORS[number % len(COLORS)],
                      marker=MARKERS[number % len(MARKERS)], markersize=5, label=label)
            for recall, qps, ef in points:
                axes.annotate(str(ef), (recall, qps), textcoords="offset points", xytext=(4, 4), fontsize=7,
                              color="#555555")
            number += 1
    described = {d["name"]: d for _, document in documents for d in document["data"]}[data]
    axes.set_yscale("log")
    for formatter in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
        formatter(ticker.FuncFormatter(lambda y, _: f"{y:,.0f}"))
    axes.set_xlabel(f"recall@{documents[0][1]['k']} (numbers: the setting that was swept)")
    axes.set_ylabel("queries per second, fewest clients")
    axes.set_title(f"{data}: {described['rows']:,} rows, {described['dims']} dimensions, {described['metric']}",
                   fontsize=11)
    axes.grid(True, which="both", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.savefig(path, metadata={"Date": None} if path.endswith(".svg") else {}, dpi=150)
    pyplot.close(figure)
    return os.path.basename(path)
