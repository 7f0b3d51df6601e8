// LEMON's exact global minimum cuts, and Boost's, on one edge list. One line of JSON for each run.
//
//   lemon ni|ni-unit|hao-orlin|boost-sw GRAPH.el RUNS LIMIT_S
//
// The graph is loaded before the clock starts. A run is lambda and one cut, from the loaded graph on: whatever the algorithm
// copies for itself is part of it. The cut is weighed afterwards, off the clock. A run that takes longer than LIMIT_S seconds
// ends the process with SIGALRM. No further run is started once LIMIT_S / 3 seconds have passed.

#include <lemon/hao_orlin.h>
#include <lemon/maps.h>
#include <lemon/nagamochi_ibaraki.h>
#include <lemon/smart_graph.h>
#include <lemon/static_graph.h>
#ifdef WITH_BOOST
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/one_bit_color_map.hpp>
#include <boost/graph/stoer_wagner_min_cut.hpp>
#endif

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

using Clock = std::chrono::steady_clock;
using Weight = long long;

struct Edge {
    int u, v;
    Weight weight;
};

struct List {
    int vertices = 0;
    std::vector<Edge> edges;
};

struct Cut {
    Weight value = 0;
    std::vector<char> side;
};

static List load(const char *path) {
    std::ifstream file(path);
    List list;
    size_t count = 0;
    file >> list.vertices >> count;
    list.edges.resize(count);
    for (Edge &edge : list.edges) file >> edge.u >> edge.v >> edge.weight;
    if (!file) {
        std::fprintf(stderr, "%s is not an edge list\n", path);
        std::exit(2);
    }
    return list;
}

// Runs until `runs` are through or a third of the limit is used up; `once` is what the clock sees.
template <class Once> static void measure(const List &list, int runs, int limit_s, Once once) {
    const auto begin = Clock::now();
    for (int run = 0; run < runs; ++run) {
        if (run > 0 && Clock::now() - begin > std::chrono::milliseconds(limit_s * 1000 / 3)) break;
        alarm(limit_s);
        const auto start = Clock::now();
        const auto ticks = std::clock();
        const Cut cut = once();
        const long long cpu_ns = (std::clock() - ticks) * (1'000'000'000LL / CLOCKS_PER_SEC);
        const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
        alarm(0);
        Weight crossing = 0;
        for (const Edge &edge : list.edges)
            if (cut.side[edge.u] != cut.side[edge.v]) crossing += edge.weight;
        const long far = std::count(cut.side.begin(), cut.side.end(), 1);
        std::printf("{\"ns\":%lld,\"cpu_ns\":%lld,\"value\":%lld,\"weighed\":%lld,\"side\":%ld}\n",
                    static_cast<long long>(ns), cpu_ns, cut.value, crossing, std::min<long>(far, list.vertices - far));
        std::fflush(stdout);
    }
}

template <class Algorithm, class Graph> static Cut read_cut(const Algorithm &algorithm, const Graph &graph, int vertices) {
    typename Graph::template NodeMap<bool> map(graph);
    Cut cut;
    cut.value = algorithm.minCutMap(map);
    cut.side.resize(vertices);
    for (int v = 0; v < vertices; ++v) cut.side[v] = map[graph.nodeFromId(v)];
    return cut;
}

static void nagamochi_ibaraki(const List &list, bool unit, int runs, int limit_s) {
    lemon::SmartGraph graph;
    lemon::SmartGraph::EdgeMap<Weight> weights(graph);
    for (int v = 0; v < list.vertices; ++v) graph.addNode();
    for (const Edge &edge : list.edges) {
        if (unit && edge.weight != 1) std::exit(3);
        weights[graph.addEdge(graph.nodeFromId(edge.u), graph.nodeFromId(edge.v))] = edge.weight;
    }
    if (unit) {
        // LEMON has bucket queues of its own for capacities that are 1 at compile time.
        using One = lemon::ConstMap<lemon::SmartGraph::Edge, lemon::Const<int, 1>>;
        const One one;
        measure(list, runs, limit_s, [&] {
            lemon::NagamochiIbaraki<lemon::SmartGraph, One> algorithm(graph, one);
            algorithm.run();
            return read_cut(algorithm, graph, list.vertices);
        });
    } else {
        measure(list, runs, limit_s, [&] {
            lemon::NagamochiIbaraki<lemon::SmartGraph, lemon::SmartGraph::EdgeMap<Weight>> algorithm(graph, weights);
            algorithm.run();
            return read_cut(algorithm, graph, list.vertices);
        });
    }
}

static void hao_orlin(const List &list, int runs, int limit_s) {
    std::vector<std::pair<std::pair<int, int>, Weight>> sorted;
    for (const Edge &edge : list.edges) {
        sorted.push_back({{edge.u, edge.v}, edge.weight});
        sorted.push_back({{edge.v, edge.u}, edge.weight});
    }
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::pair<int, int>> ends;
    for (const auto &arc : sorted) ends.push_back(arc.first);
    lemon::StaticDigraph graph;
    graph.build(list.vertices, ends.begin(), ends.end());
    lemon::StaticDigraph::ArcMap<Weight> weights(graph);
    for (int arc = 0; arc < graph.arcNum(); ++arc) weights[graph.arc(arc)] = sorted[arc].second;
    measure(list, runs, limit_s, [&] {
        lemon::HaoOrlin<lemon::StaticDigraph, lemon::StaticDigraph::ArcMap<Weight>> algorithm(graph, weights);
        // The arcs are symmetric, so one of the two directions finds the minimum cut.
        algorithm.init(graph.node(0));
        algorithm.calculateOut();
        return read_cut(algorithm, graph, list.vertices);
    });
}

#ifdef WITH_BOOST
static void boost_stoer_wagner(const List &list, int runs, int limit_s) {
    using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property,
                                        boost::property<boost::edge_weight_t, Weight>>;
    Graph graph(list.vertices);
    for (const Edge &edge : list.edges) boost::add_edge(edge.u, edge.v, edge.weight, graph);
    measure(list, runs, limit_s, [&] {
        auto parity = boost::make_one_bit_color_map(boost::num_vertices(graph), boost::get(boost::vertex_index, graph));
        Cut cut;
        cut.value = boost::stoer_wagner_min_cut(graph, boost::get(boost::edge_weight, graph), boost::parity_map(parity));
        cut.side.resize(list.vertices);
        for (int v = 0; v < list.vertices; ++v) cut.side[v] = boost::get(parity, v) != boost::one_bit_white;
        return cut;
    });
}
#endif

int main(int count, char **words) {
    if (count != 5) {
        std::fprintf(stderr, "lemon ni|ni-unit|hao-orlin|boost-sw GRAPH.el RUNS LIMIT_S\n");
        return 2;
    }
    const List list = load(words[2]);
    const int runs = std::atoi(words[3]), limit_s = std::atoi(words[4]);
    const std::string peer = words[1];
    if (peer == "ni" || peer == "ni-unit") nagamochi_ibaraki(list, peer == "ni-unit", runs, limit_s);
    else if (peer == "hao-orlin") hao_orlin(list, runs, limit_s);
#ifdef WITH_BOOST
    else if (peer == "boost-sw") boost_stoer_wagner(list, runs, limit_s);
#endif
    else return 2;
    return 0;
}
