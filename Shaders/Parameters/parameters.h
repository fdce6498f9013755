// All push-constant structs, for Swift.
#pragma once
#include "types.h"
