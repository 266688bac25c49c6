"""The equations of a printer: pure functions of physical parameters, element-wise, so that floats and arrays both fit."""
