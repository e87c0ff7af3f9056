from setuptools import find_packages, setup

ROOMS = ("engine", "models", "datasets", "training", "serving", "validation")
found = [p for p in find_packages(".") if p.split(".")[0] in ROOMS]
setup(
    package_dir={"laennec": "."},
    packages=["laennec", *(f"laennec.{p}" for p in found)],
    py_modules=[],
    include_package_data=False,
    package_data={
        "": ["*.toml", "*.json", "*.onnx", "*.md", "*.html", "*.css", "*.txt", "signature", "py.typed", "*.pem"],
        "laennec.models": ["*/bundles/*/*"],
    },
)
