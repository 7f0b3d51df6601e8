// The algorithm of Nagamochi, Ono and Ibaraki with a bounded priority queue, as the fastest sequential codes do it.
//
//   noi GRAPH.el RUNS LIMIT_S
//
// Written for this bench after the papers, since VieCut, whose `noi` is the code to beat, is in no package: H. Nagamochi,
// T. Ono, T. Ibaraki, "Implementing an efficient minimum capacity cut algorithm", Math. Programming 67 (1994), section 2;
// M. Henzinger, A. Noe, C. Schulz, "Shared-memory exact minimum cuts" (IPDPS 2019), section 3: keys are capped at the best cut
// known, in buckets of queues where that is small, in a binary heap elsewhere. The clock sees lambda and one cut, from the
// loaded rows on. A run that takes longer than LIMIT_S seconds ends the process with SIGALRM.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <numeric>
#include <random>
#include <unistd.h>
#include <vector>

using Clock = std::chrono::steady_clock;
using Vertex = uint32_t;
using Weight = uint64_t;

static constexpr Vertex NONE = UINT32_MAX;

struct Rows {
    std::vector<uint32_t> start;
    std::vector<Vertex> target;
    std::vector<Weight> weight;
    Vertex vertices() const { return static_cast<Vertex>(start.size() - 1); }
};

struct Cut {
    Weight value;
    std::vector<char> side;
};

// Buckets of queues, one for each key up to the bound; a vertex that rises leaves a stale entry behind.
class BucketQueue {
    std::vector<std::vector<Vertex>> buckets;
    std::vector<uint32_t> heads;
    std::vector<uint32_t> key_of;
    size_t top = 0;

  public:
    BucketQueue(Vertex vertices, Weight bound) : buckets(bound + 1), heads(bound + 1), key_of(vertices, NONE) {}
    void rise(Vertex v, Weight key) {
        if (key_of[v] == key) return;
        key_of[v] = static_cast<uint32_t>(key);
        buckets[key].push_back(v);
        top = std::max<size_t>(top, key);
    }
    Vertex pop() {
        for (;;) {
            while (heads[top] == buckets[top].size()) {
                if (top == 0) return NONE;
                --top;
            }
            const Vertex v = buckets[top][heads[top]++];
            if (key_of[v] == top) {
                key_of[v] = NONE;
                return v;
            }
        }
    }
};

// A binary heap that knows where each vertex stands.
class HeapQueue {
    std::vector<std::pair<Weight, Vertex>> heap;
    std::vector<uint32_t> place;

    void put(size_t at, std::pair<Weight, Vertex> item) {
        heap[at] = item;
        place[item.second] = static_cast<uint32_t>(at);
    }

  public:
    HeapQueue(Vertex vertices, Weight) : place(vertices, NONE) {}
    void rise(Vertex v, Weight key) {
        size_t at = place[v];
        if (at == NONE) {
            at = heap.size();
            heap.emplace_back();
        } else if (heap[at].first == key) {
            return;
        }
        for (; at > 0 && heap[(at - 1) / 2].first < key; at = (at - 1) / 2) put(at, heap[(at - 1) / 2]);
        put(at, {key, v});
    }
    Vertex pop() {
        if (heap.empty()) return NONE;
        const Vertex v = heap[0].second;
        const auto last = heap.back();
        heap.pop_back();
        if (heap.empty()) return v;
        size_t at = 0;
        for (size_t child; (child = 2 * at + 1) < heap.size(); at = child) {
            if (child + 1 < heap.size() && heap[child + 1].first > heap[child].first) ++child;
            if (heap[child].first <= last.first) break;
            put(at, heap[child]);
        }
        put(at, last);
        return v;
    }
};

static Vertex root(std::vector<Vertex> &parent, Vertex v) {
    while (parent[v] != v) v = parent[v] = parent[parent[v]];
    return v;
}

// One scan: joins ends of edges whose connectivity is at least `bound`; lowers `best` where a prefix of the scan cuts less,
// and then says how long that prefix is.
template <class Queue>
static size_t scan(const Rows &rows, Weight bound, Vertex first, std::vector<Vertex> &parent, std::vector<Vertex> &order,
                   Weight &best) {
    Queue queue(rows.vertices(), bound);
    std::vector<Weight> reach(rows.vertices());
    std::vector<char> seen(rows.vertices());
    size_t prefix = 0;
    Weight cut = 0;
    order.clear();
    queue.rise(first, 0);
    for (Vertex v; (v = queue.pop()) != NONE;) {
        seen[v] = 1;
        order.push_back(v);
        cut -= reach[v];
        for (uint32_t at = rows.start[v]; at < rows.start[v + 1]; ++at) {
            const Vertex u = rows.target[at];
            if (seen[u]) continue;
            const Weight before = reach[u], after = before + rows.weight[at];
            reach[u] = after;
            cut += rows.weight[at];
            if (before >= bound) continue;
            if (after >= bound) parent[root(parent, u)] = root(parent, v);
            queue.rise(u, std::min(after, bound));
        }
        if (cut < best && order.size() < rows.vertices()) {
            best = cut;
            prefix = order.size();
        }
    }
    return prefix;
}

// The graph of the blocks, parallel edges added up; `block` says where each vertex went.
static Rows contract(const Rows &rows, std::vector<Vertex> &parent, std::vector<Vertex> &block) {
    const Vertex vertices = rows.vertices();
    std::vector<Vertex> number(vertices, NONE), members(vertices);
    Vertex blocks = 0;
    for (Vertex v = 0; v < vertices; ++v) {
        Vertex &named = number[root(parent, v)];
        if (named == NONE) named = blocks++;
        block[v] = named;
    }
    std::vector<uint32_t> fill(blocks + 1);
    for (Vertex v = 0; v < vertices; ++v) ++fill[block[v] + 1];
    std::partial_sum(fill.begin(), fill.end(), fill.begin());
    std::vector<uint32_t> begin = fill;
    for (Vertex v = 0; v < vertices; ++v) members[fill[block[v]]++] = v;
    Rows made;
    made.start.push_back(0);
    std::vector<uint32_t> place(blocks, NONE);
    for (Vertex b = 0; b < blocks; ++b) {
        const uint32_t row = made.start.back();
        for (uint32_t i = begin[b]; i < begin[b + 1]; ++i)
            for (uint32_t at = rows.start[members[i]]; at < rows.start[members[i] + 1]; ++at) {
                const Vertex u = block[rows.target[at]];
                if (u == b) continue;
                if (place[u] == NONE || place[u] < row) {
                    place[u] = static_cast<uint32_t>(made.target.size());
                    made.target.push_back(u);
                    made.weight.push_back(rows.weight[at]);
                } else {
                    made.weight[place[u]] += rows.weight[at];
                }
            }
        made.start.push_back(static_cast<uint32_t>(made.target.size()));
    }
    return made;
}

static Cut minimum_cut(const Rows &graph) {
    std::mt19937 random(0);
    Rows kernel;
    const Rows *rows = &graph;
    std::vector<Vertex> level(graph.vertices()), parent, block, order;
    std::iota(level.begin(), level.end(), 0);
    Cut cut{UINT64_MAX, std::vector<char>(graph.vertices())};
    std::vector<char> inside;
    const auto keep = [&] {
        for (size_t v = 0; v < level.size(); ++v) cut.side[v] = inside[level[v]];
    };
    while (rows->vertices() > 1) {
        const Vertex vertices = rows->vertices();
        Vertex least = NONE;
        for (Vertex v = 0; v < vertices; ++v) {
            const auto at = rows->weight.begin();
            const Weight degree = std::accumulate(at + rows->start[v], at + rows->start[v + 1], Weight{0});
            if (degree < cut.value) cut.value = degree, least = v;
        }
        if (least != NONE) {
            inside.assign(vertices, 0);
            inside[least] = 1;
            keep();
        }
        if (cut.value == 0 || vertices == 2) break;
        parent.resize(vertices);
        block.resize(vertices);
        std::iota(parent.begin(), parent.end(), 0);
        const Weight bound = cut.value;
        const bool heap = bound > 10'000 && bound > vertices;
        const Vertex first = random() % vertices;
        const size_t prefix = heap ? scan<HeapQueue>(*rows, bound, first, parent, order, cut.value)
                                   : scan<BucketQueue>(*rows, bound, first, parent, order, cut.value);
        if (prefix > 0) {
            inside.assign(vertices, 0);
            for (size_t i = 0; i < prefix; ++i) inside[order[i]] = 1;
            keep();
        }
        if (cut.value == 0) break;
        Rows next = contract(*rows, parent, block);
        for (Vertex &v : level) v = block[v];
        kernel = std::move(next);
        rows = &kernel;
    }
    return cut;
}

static Rows load(const char *path) {
    std::ifstream file(path);
    size_t vertices = 0, count = 0;
    file >> vertices >> count;
    std::vector<std::vector<std::pair<Vertex, Weight>>> lists(vertices);
    Weight weight;
    for (size_t u, v; count-- > 0 && file >> u >> v >> weight;) {
        lists[u].push_back({static_cast<Vertex>(v), weight});
        lists[v].push_back({static_cast<Vertex>(u), weight});
    }
    Rows rows;
    rows.start.push_back(0);
    for (auto &list : lists) {
        std::sort(list.begin(), list.end());
        for (const auto &[v, w] : list) rows.target.push_back(v), rows.weight.push_back(w);
        rows.start.push_back(static_cast<uint32_t>(rows.target.size()));
    }
    if (!file) {
        std::fprintf(stderr, "%s is not an edge list\n", path);
        std::exit(2);
    }
    return rows;
}

int main(int count, char **words) {
    if (count != 4) {
        std::fprintf(stderr, "noi GRAPH.el RUNS LIMIT_S\n");
        return 2;
    }
    const Rows rows = load(words[1]);
    const int runs = std::atoi(words[2]), limit_s = std::atoi(words[3]);
    const auto begin = Clock::now();
    for (int run = 0; run < runs; ++run) {
        if (run > 0 && Clock::now() - begin > std::chrono::milliseconds(limit_s * 1000 / 3)) break;
        alarm(limit_s);
        const auto start = Clock::now();
        const auto ticks = std::clock();
        const Cut cut = minimum_cut(rows);
        const long long cpu_ns = (std::clock() - ticks) * (1'000'000'000LL / CLOCKS_PER_SEC);
        const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
        alarm(0);
        Weight crossing = 0;
        for (Vertex v = 0; v < rows.vertices(); ++v)
            for (uint32_t at = rows.start[v]; at < rows.start[v + 1]; ++at)
                if (cut.side[v] < cut.side[rows.target[at]]) crossing += rows.weight[at];
        const long far = std::count(cut.side.begin(), cut.side.end(), 1);
        std::printf("{\"ns\":%lld,\"cpu_ns\":%lld,\"value\":%llu,\"weighed\":%llu,\"side\":%ld}\n",
                    static_cast<long long>(ns), cpu_ns, static_cast<unsigned long long>(cut.value),
                    static_cast<unsigned long long>(crossing), std::min<long>(far, rows.vertices() - far));
        std::fflush(stdout);
    }
    return 0;
}
