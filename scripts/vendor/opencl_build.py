"""Builds programs by an OpenCL library, in a process of its own that a compiler may end.

usage: python3 opencl_build.py LIBRARY FOLDER DEVICE[,DEVICE...] [--binaries]

LIBRARY is an OpenCL loader or a vendor's own library; FOLDER holds NNNN.cl and NNNN.options. Prints a line of JSON for
each program and device. The device "*" is the first that there is; AMD's platform also has those that the machine
lacks (cl_amd_offline_devices). With --binaries, programs are left beside their sources as NNNN.DEVICE.bin.
"""

import ctypes
import json
import sys
from ctypes import byref, c_char_p, c_size_t, c_uint, c_ulong, c_void_p
from pathlib import Path

DEVICE_NAME, DEVICE_TYPE_ALL, CONTEXT_PLATFORM, CONTEXT_DEVICES, CONTEXT_OFFLINE_DEVICES = (
    0x102B, 0xFFFFFFFF, 0x1084, 0x1081, 0x403F,
)
PLATFORM_VENDOR, BUILD_LOG, PROGRAM_NUM_DEVICES, BINARY_SIZES, BINARIES, KERNEL_NAME = (
    0x0903, 0x1183, 0x1162, 0x1165, 0x1166, 0x1190,
)
GROUP_LOCAL, GROUP_PRIVATE = 0x11B2, 0x11B4


class OpenCL:
    """The few calls that building takes."""

    def __init__(self, library):
        self.library = ctypes.CDLL(library)
        for name in ("clCreateContextFromType", "clCreateProgramWithSource"):
            getattr(self.library, name).restype = c_void_p

    def info(self, call, *arguments):
        """What a clGet…Info function answers, as bytes."""
        size = c_size_t()
        function = getattr(self.library, call)
        if function(*arguments, c_size_t(0), None, byref(size)):
            return b""
        value = ctypes.create_string_buffer(size.value or 1)
        function(*arguments, size, value, None)
        return value.raw[: size.value]

    def devices(self, wanted):
        """A context, a device and its name, for each name that is wanted."""
        platforms, count = (c_void_p * 16)(), c_uint()
        self.library.clGetPlatformIDs(16, platforms, byref(count))
        for platform in platforms[: count.value]:
            vendor = self.info("clGetPlatformInfo", c_void_p(platform), PLATFORM_VENDOR)
            offline = (CONTEXT_OFFLINE_DEVICES, 1) if vendor.startswith(b"Advanced Micro Devices") else ()
            properties = (CONTEXT_PLATFORM, platform, *offline, 0)
            properties = (c_void_p * len(properties))(*properties)
            context = self.library.clCreateContextFromType(properties, c_ulong(DEVICE_TYPE_ALL), None, None, None)
            if not context:
                continue
            handles = self.info("clGetContextInfo", c_void_p(context), CONTEXT_DEVICES)
            for device in (c_void_p * (len(handles) // 8)).from_buffer_copy(handles):
                name = self.info("clGetDeviceInfo", c_void_p(device), DEVICE_NAME).rstrip(b"\0").decode()
                if name in wanted or wanted == ["*"]:
                    yield context, device, name
                    if wanted == ["*"]:
                        return

    def build(self, context, device, text, options):
        """A program, and what went wrong."""
        strings = (c_char_p * 1)(text)
        program = c_void_p(self.library.clCreateProgramWithSource(c_void_p(context), 1, strings, None, None))
        devices = (c_void_p * 1)(device)
        code = self.library.clBuildProgram(program, 1, devices, c_char_p(options), None, None)
        log = self.info("clGetProgramBuildInfo", program, c_void_p(device), BUILD_LOG) if code else b""
        return program, f"{code}: {log.rstrip(bytes(1)).decode(errors='replace')}" if code else ""

    def kernels(self, program, device):
        """Local and private memory of each kernel, as the library tells them."""
        handles, count = (c_void_p * 64)(), c_uint()
        self.library.clCreateKernelsInProgram(program, 64, handles, byref(count))
        found = {}
        for kernel in handles[: count.value]:
            name = self.info("clGetKernelInfo", c_void_p(kernel), KERNEL_NAME).rstrip(b"\0").decode()
            about = "clGetKernelWorkGroupInfo", c_void_p(kernel), c_void_p(device)
            sizes = [int.from_bytes(self.info(*about, what), "little") for what in (GROUP_LOCAL, GROUP_PRIVATE)]
            found[name] = {"local": sizes[0], "private": sizes[1]}
        return found

    def binary(self, program):
        """The program's binary for the device that it was built for."""
        sizes = self.info("clGetProgramInfo", program, BINARY_SIZES)
        sizes = (c_size_t * (len(sizes) // 8)).from_buffer_copy(sizes)
        buffers = [ctypes.create_string_buffer(size or 1) for size in sizes]
        places = (c_void_p * len(buffers))(*[ctypes.addressof(buffer) for buffer in buffers])
        self.library.clGetProgramInfo(program, BINARIES, c_size_t(ctypes.sizeof(places)), places, None)
        return next((buffer.raw for buffer, size in zip(buffers, sizes) if size), b"")


def main(library, folder, wanted, *flags):
    opencl = OpenCL(library)
    for context, device, name in opencl.devices(wanted.split(",")):
        for source in sorted(Path(folder).glob("*.cl")):
            # A line ahead, so that the program is known in which a compiler ends the process.
            print(json.dumps({"device": name, "program": source.stem, "begun": True}), flush=True)
            options = source.with_suffix(".options").read_bytes().strip()
            program, error = opencl.build(context, device, source.read_bytes(), options)
            kernels = {} if error else opencl.kernels(program, device)
            print(json.dumps({"device": name, "program": source.stem, "error": error, "kernels": kernels}), flush=True)
            if "--binaries" in flags and not error:
                source.with_suffix(f".{name}.bin").write_bytes(opencl.binary(program))
            opencl.library.clReleaseProgram(program)


if __name__ == "__main__":
    main(*sys.argv[1:])
