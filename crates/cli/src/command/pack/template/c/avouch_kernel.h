/* The kernel ABI for C: the exports, and a call's tensors. There is nothing to change here.
 *
 * The host writes a descriptor, the params and the inputs into this module's memory, behind the arena's start, and calls
 * kernel_forward with the descriptor's address. Nothing that it wrote is believed: every tensor is checked to lie in the
 * arena, aligned, and apart from all others. Say how many inputs there are, include this file once, define kernel_call.
 */
#ifndef AVOUCH_KERNEL_H
#define AVOUCH_KERNEL_H

#include <stdint.h>

#ifndef KERNEL_INPUTS
#error "define KERNEL_INPUTS: how many inputs there are; the other tensors are outputs"
#endif

enum {
    KERNEL_OK = 0,
    KERNEL_INVALID_INPUT = 1,
    KERNEL_INVALID_OUTPUT = 2,
    KERNEL_INVALID_PARAMS = 3,
    KERNEL_OUT_OF_MEMORY = 4,
    KERNEL_NOT_IMPLEMENTED = 5,
    KERNEL_INTERNAL_ERROR = 6
};

#define KERNEL_VERSION 1
#define KERNEL_ALIGNMENT 16
#define KERNEL_TENSORS_MAX 32
#define KERNEL_EXPORT(name) __attribute__((export_name(name)))

typedef struct {
    uint32_t offset;
    uint32_t size;
} kernel_region;

/* Five regions: input a, input b, output, scratch, params. */
typedef struct {
    kernel_region input_a, input_b, output, scratch, params;
} kernel_descriptor;

/* One call: its tensors, inputs first, and its parameters as the bits of four bytes each. */
typedef struct {
    kernel_region tensors[KERNEL_TENSORS_MAX];
    uint32_t tensor_count;
    const uint32_t *parameters;
    uint32_t parameter_count;
} kernel_call_data;

/* What the kernel does: yours to write. */
static int32_t kernel_call(const kernel_call_data *call);

extern uint8_t __heap_base;

static uint32_t kernel_arena(void) {
    uint32_t end = (uint32_t)(uintptr_t)&__heap_base;
    return (end + KERNEL_ALIGNMENT - 1) / KERNEL_ALIGNMENT * KERNEL_ALIGNMENT;
}

static int kernel_in_arena(kernel_region region) {
    uint64_t end = (uint64_t)region.offset + region.size;
    return region.offset >= kernel_arena() && region.offset % KERNEL_ALIGNMENT == 0 &&
           end <= (uint64_t)__builtin_wasm_memory_size(0) * 65536;
}

static int kernel_overlap(kernel_region a, kernel_region b) {
    return (uint64_t)a.offset < (uint64_t)b.offset + b.size && (uint64_t)b.offset < (uint64_t)a.offset + a.size;
}

static int32_t kernel_read_call(uint32_t address, kernel_call_data *call) {
    kernel_region own = {address, sizeof(kernel_descriptor)};
    if (!kernel_in_arena(own)) return KERNEL_INVALID_PARAMS;
    const kernel_descriptor *descriptor = (const kernel_descriptor *)(uintptr_t)address;
    kernel_region params = descriptor->params;
    if (!kernel_in_arena(params) || params.size > 65536 || params.size < 8) return KERNEL_INVALID_PARAMS;
    const uint32_t *words = (const uint32_t *)(uintptr_t)params.offset;
    uint32_t count = params.size / 4, at = 2;
    if (words[0] != KERNEL_VERSION || words[1] < KERNEL_INPUTS || words[1] > KERNEL_TENSORS_MAX) {
        return KERNEL_INVALID_PARAMS;
    }
    call->tensor_count = words[1];
    for (uint32_t number = 0; number < call->tensor_count; number++) {
        if (at + 3 > count || words[at + 2] > 8) return KERNEL_INVALID_PARAMS;
        kernel_region tensor = {words[at], words[at + 1]};
        if (!kernel_in_arena(tensor)) return KERNEL_INVALID_PARAMS;
        if (tensor.size > 0) {
            if (kernel_overlap(tensor, own) || kernel_overlap(tensor, params)) return KERNEL_INVALID_PARAMS;
            for (uint32_t other = 0; other < number; other++) {
                if (kernel_overlap(tensor, call->tensors[other])) return KERNEL_INVALID_PARAMS;
            }
        }
        call->tensors[number] = tensor;
        at += 3 + words[at + 2];
    }
    if (at >= count || words[at] != count - at - 1) return KERNEL_INVALID_PARAMS;
    call->parameters = words + at + 1;
    call->parameter_count = words[at];
    return KERNEL_OK;
}

/* An input or output by its place in the manifest; its length in elements goes to *len. Null if there is none. */
static inline const float *kernel_input_f32(const kernel_call_data *call, uint32_t number, uint32_t *len) {
    if (number >= KERNEL_INPUTS) return 0;
    *len = call->tensors[number].size / 4;
    return (const float *)(uintptr_t)call->tensors[number].offset;
}

static inline float *kernel_output_f32(const kernel_call_data *call, uint32_t number, uint32_t *len) {
    if (number >= call->tensor_count - KERNEL_INPUTS) return 0;
    kernel_region tensor = call->tensors[KERNEL_INPUTS + number];
    *len = tensor.size / 4;
    return (float *)(uintptr_t)tensor.offset;
}

/* A parameter by its place in the manifest. Zero if there is none: check parameter_count. */
static inline float kernel_parameter_f32(const kernel_call_data *call, uint32_t number) {
    float value = 0;
    if (number < call->parameter_count) __builtin_memcpy(&value, &call->parameters[number], sizeof value);
    return value;
}

KERNEL_EXPORT("kernel_init") int32_t kernel_init(void) { return KERNEL_OK; }

KERNEL_EXPORT("kernel_cleanup") int32_t kernel_cleanup(void) { return KERNEL_OK; }

/* Version, arena, flags (1: backward, 2: SIMD), address and length of a message area (none), 0. */
KERNEL_EXPORT("kernel_info") int32_t kernel_info(void) {
    static uint32_t info[6];
    info[0] = KERNEL_VERSION;
    info[1] = kernel_arena();
#ifdef __wasm_simd128__
    info[2] = 2;
#endif
    return (int32_t)(uintptr_t)info;
}

KERNEL_EXPORT("kernel_forward") int32_t kernel_forward(int32_t descriptor) {
    kernel_call_data call;
    int32_t code = kernel_read_call((uint32_t)descriptor, &call);
    return code == KERNEL_OK ? kernel_call(&call) : code;
}

#endif
