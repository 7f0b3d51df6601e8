/* A kernel: y = scale * a + b, element by element.
 *
 * Inputs, outputs and parameters come in the order in which pack.toml lists them. */
#define KERNEL_INPUTS 2
#include "avouch_kernel.h"

static int32_t kernel_call(const kernel_call_data *call) {
    uint32_t a_len, b_len, y_len;
    const float *a = kernel_input_f32(call, 0, &a_len);
    const float *b = kernel_input_f32(call, 1, &b_len);
    float *restrict y = kernel_output_f32(call, 0, &y_len);
    /* The host has checked the shapes against the manifest. A kernel that checks again trusts nobody. */
    if (!a || !b || b_len != a_len) return KERNEL_INVALID_INPUT;
    if (!y || y_len != a_len) return KERNEL_INVALID_OUTPUT;
    if (call->parameter_count != 1) return KERNEL_INVALID_PARAMS;
    float scale = kernel_parameter_f32(call, 0);
    for (uint32_t i = 0; i < a_len; i++) y[i] = scale * a[i] + b[i];
    return KERNEL_OK;
}
